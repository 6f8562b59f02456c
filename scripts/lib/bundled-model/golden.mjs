import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { conversations } from '../../../test/conversations.mjs';
import { ensureChromium } from '../browser/chromium.mjs';
import { ROOT } from '../install.mjs';
import { runTestRunner } from '../tests/browser-tests.mjs';

const FILE = 'test/golden.mjs';
const MARK = 'golden replies as computed: ';

/**
 * What test/both/golden.test.ts prints. `golden` is dtype → name of the conversation → turn → token
 * ids, `replies` is name of the conversation → turn → text.
 *
 * @typedef {{
 *   weights: Record<string, string>,
 *   golden: Record<string, Record<string, number[][]>>,
 *   replies: Record<string, string[]>,
 * }} Computed
 */

/**
 * Runs the golden spec in headless Chromium on WASM. It fails, and prints what the model says, if
 * that differs from the file.
 */
function computeInBrowser() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'golden-'));
  try {
    const { results } = runTestRunner(ROOT, {
      executablePath: ensureChromium(),
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

/**
 * The text as JavaScript in single quotes.
 *
 * @param {string} text
 */
const quoted = (text) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/** @param {Computed} computed */
function source({ weights, golden, replies }) {
  const dtypes = Object.keys(golden).toSorted();
  const lines = [
    '// Written by scripts/write-golden.mjs; do not edit.',
    '',
    '/** SHA-256 of the weights that computed all of this. */',
    'export const weights = {',
    ...dtypes.map((dtype) => `  ${dtype}: '${weights[dtype]}',`),
    '};',
    '',
    '/** What the bundled model replies in each turn of test/conversations.mjs, in q8 on WASM. */',
    'export const replies = /** @type {const} */ ({',
    ...Object.entries(replies).map(
      ([name, turns]) => `  ${name}: [${turns.map(quoted).join(', ')}],`,
    ),
    '});',
    '',
    '/**',
    ' * The output token ids of each turn, with those of reasoning and of the end.',
    ' *',
    ` * @type {Record<${dtypes.map((dtype) => `'${dtype}'`).join(' | ')}, ` +
      'Record<keyof typeof replies, number[][]>>}',
    ' */',
    'export const golden = {',
  ];
  for (const dtype of dtypes) {
    lines.push(`  ${dtype}: {`);
    for (const [name, turns] of Object.entries(golden[dtype] ?? {}))
      lines.push(`    ${name}: [${turns.map((ids) => `[${ids.join(', ')}]`).join(', ')}],`);
    lines.push('  },');
  }
  return `${lines.join('\n')}\n};\n`;
}

/**
 * Writes test/golden.mjs: what the bundled model says in the conversations of
 * test/conversations.mjs. Says what it did.
 *
 * @throws {Error} if the model could not be asked everything. Then the file is as it was.
 */
export function writeGolden() {
  const { files, prints } = computeInBrowser();
  const printed = prints.find((text) => text.startsWith(MARK));
  if (!printed && files.some(({ passed, tests }) => passed && tests.length > 0)) {
    console.log(`${FILE} is up to date.`);
    return;
  }
  /** @type {Computed | undefined} */
  const computed = printed && JSON.parse(printed.slice(MARK.length));
  const names = Object.keys(conversations);
  const isComplete =
    computed &&
    [computed.replies, ...Object.values(computed.golden)].every((one) =>
      names.every((name) => one[name]),
    );
  if (!isComplete) {
    const errors = files.flatMap(({ errors, tests }) => [
      ...errors,
      ...tests.map(({ error }) => error),
    ]);
    throw new Error(
      `The replies could not be computed: ${JSON.stringify(errors.filter(Boolean)[0])}`,
    );
  }
  writeFileSync(path.join(ROOT, FILE), source(computed));
  console.log(`Wrote ${FILE}. Read the difference before you commit it.`);
}
