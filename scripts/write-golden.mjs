// Writes test/golden.ts: the greedy token ids of the bundled model, which test/both/golden.test.ts
// computes in headless Chromium on WASM. Run it after a change of public/models/unmocked-tiny/:
// `node scripts/write-golden.mjs`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureChromium } from './lib/browser/chromium.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { runTestRunner } from './lib/tests/browser-tests.mjs';

const FILE = path.join(ROOT, 'test/golden.ts');
const MARK = 'golden tokens as computed: ';

/**
 * What the spec prints. `golden` is dtype → name of the conversation → turn → token ids.
 *
 * @typedef {{
 *   weights: Record<string, string>,
 *   golden: Record<string, Record<string, number[][]>>,
 * }} Computed
 */

/** @param {string} executablePath */
function computeInBrowser(executablePath) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'golden-'));
  try {
    // The spec fails and prints the tokens if they differ.
    const { results } = runTestRunner(ROOT, {
      executablePath,
      resultFile: path.join(folder, 'results.json'),
      files: ['test/both/golden.test.ts'],
      group: 'wasm',
      stdio: 'ignore',
    });
    return results ?? { files: [], prints: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Computed} computed */
function source({ weights, golden }) {
  const dtypes = Object.keys(golden).toSorted();
  const lines = [
    '// Written by scripts/write-golden.mjs; do not edit.',
    '',
    '/** SHA-256 of the weights that computed the tokens. */',
    'export const weights = {',
    ...dtypes.map((dtype) => `  ${dtype}: '${weights[dtype]}',`),
    '};',
    '',
    '/** Output token ids of every turn of a conversation in test/both/golden.test.ts. */',
    `export const golden: Record<${dtypes.map((dtype) => `'${dtype}'`).join(' | ')}, ` +
      'Record<string, number[][]>> = {',
  ];
  for (const dtype of dtypes) {
    lines.push(`  ${dtype}: {`);
    for (const [name, turns] of Object.entries(golden[dtype] ?? {}))
      lines.push(`    '${name}': [${turns.map((ids) => `[${ids.join(', ')}]`).join(', ')}],`);
    lines.push('  },');
  }
  return `${lines.join('\n')}\n};\n`;
}

await main(() => {
  ensureInstalled();
  const { files, prints } = computeInBrowser(ensureChromium());
  const printed = prints.find((text) => text.startsWith(MARK));
  if (printed) {
    writeFileSync(FILE, source(JSON.parse(printed.slice(MARK.length))));
    console.log('Wrote test/golden.ts. Read the difference before you commit it.');
  } else if (files.some(({ passed, tests }) => passed && tests.length > 0)) {
    console.log('test/golden.ts is up to date.');
  } else {
    const errors = files.flatMap(({ errors, tests }) => [
      ...errors,
      ...tests.map(({ error }) => error),
    ]);
    throw new Error(
      `The tokens could not be computed: ${JSON.stringify(errors.filter(Boolean)[0])}`,
    );
  }
});
