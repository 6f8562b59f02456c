import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeRandomModel } from '../../bench/models/random-model.mjs';
import { toMarkdown } from '../../bench/markdown.mjs';
import { readResult } from '../../bench/result.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';

// The whole command, as small as it gets: one round of a tiny model with random weights. Nothing here
// depends on how long anything takes.

const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-bench-run-'));
const [json, markdown] = ['json', 'md'].map((end) => path.join(folder, `result.${end}`));
/** @type {ReturnType<typeof readResult>} */
let result;
before(() => {
  const model = path.join(folder, 'tiny');
  writeRandomModel(model, {
    layers: 1,
    heads: 2,
    width: 32,
    vocabulary: 4096,
    positions: 1024,
  });
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      path.join(ROOT, 'bench/run.mjs'),
      '--quick',
      '--samples=1',
      `--model=${model}`,
      `--json=${json}`,
      `--markdown=${markdown}`,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  result = readResult(`${json}`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('one round', () => {
  test('has every row, with pairs of real times and rates', () => {
    assert.deepEqual(
      result.comparisons.map(({ model, measure, against, ours, base }) =>
        [model, measure, against, ours.length, base.length].join(' '),
      ),
      [
        'tiny cold raw 1 1',
        'tiny warm raw 1 1',
        'tiny turn raw 2 2',
        'tiny decode raw 2 2',
        'tiny decode native 2 2',
        'tiny several one 2 2',
      ],
    );
    for (const { ours, base } of result.comparisons)
      for (const sample of [...ours, ...base]) assert.ok(sample > 0, String(sample));
    assert.deepEqual(result.rows, []);
    assert.match(result.machine.chromium, /^\d+\./);
  });

  test('is the Markdown too', () => {
    assert.equal(readFileSync(`${markdown}`, 'utf8'), toMarkdown(result));
  });
});
