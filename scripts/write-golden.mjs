// Writes test/golden.ts: the bundled model's greedy token ids, computed in headless Chromium on WASM by test/both/golden.test.ts.
// Run it after the files in public/models/unmocked-tiny/ have changed: `node scripts/write-golden.mjs`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureInstalled, main, ROOT } from './lib/install.mjs';

const FILE = path.join(ROOT, 'test/golden.ts');
const MARK = 'golden tokens as computed: ';

function computeInBrowser(executablePath) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'golden-'));
  const results = path.join(folder, 'results.json');
  try {
    // The spec fails where the tokens differ, and prints them: that is what is wanted here.
    spawnSync(process.execPath, [path.join(ROOT, 'node_modules/@web/test-runner/dist/bin.js')], {
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        ...process.env,
        CHROMIUM_PATH: executablePath,
        UNMOCKED_RESULTS: results,
        UNMOCKED_TEST_FILES: 'test/both/golden.test.ts',
        UNMOCKED_TEST_GROUP: 'wasm',
      },
    });
    return JSON.parse(readFileSync(results, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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
    `export const golden: Record<${dtypes.map((dtype) => `'${dtype}'`).join(' | ')}, Record<string, number[][]>> = {`,
  ];
  for (const dtype of dtypes) {
    lines.push(`  ${dtype}: {`);
    for (const [name, turns] of Object.entries(golden[dtype]))
      lines.push(`    '${name}': [${turns.map((ids) => `[${ids.join(', ')}]`).join(', ')}],`);
    lines.push('  },');
  }
  return `${lines.join('\n')}\n};\n`;
}

await main(async () => {
  ensureInstalled();
  const { files, prints } = computeInBrowser(ensureChromium());
  const printed = prints.find((text) => text.startsWith(MARK));
  if (printed) {
    writeFileSync(FILE, source(JSON.parse(printed.slice(MARK.length))));
    console.log('Wrote test/golden.ts. Read the difference before you commit it.');
  } else if (files.some(({ passed, tests }) => passed && tests.length > 0)) {
    console.log('test/golden.ts is up to date.');
  } else {
    throw new Error(
      `The tokens could not be computed: ${JSON.stringify(files.flatMap(({ errors, tests }) => [...errors, ...tests.map(({ error }) => error)]).filter(Boolean)[0])}`,
    );
  }
});
