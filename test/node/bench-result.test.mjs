import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { compare } from '../../bench/compare.mjs';
import { describeMachine } from '../../bench/machine.mjs';
import { fillFigures, toMarkdown } from '../../bench/markdown.mjs';
import { Report } from '../../bench/report.mjs';
import { readResult, toResult } from '../../bench/result.mjs';
import { goalOf } from '../../bench/table/goals.mjs';
import { longestAnswers } from '../../bench/table/questions.mjs';
import { assertSameTokens } from '../../bench/table/same-tokens.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-bench-spec-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Nine samples around a value: their interval is from 0.97 to 1.03 times that. */
const around = (/** @type {number} */ value) =>
  [0.96, 0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 1.04].map((factor) => factor * value);
const ones = Array.from({ length: 9 }, () => 1);

/**
 * A result with one row in which lower is better, and one in which higher is.
 *
 * @param {{ start?: number[], rate?: number[], memory?: number[] }} [samples]
 */
const resultOf = ({ start = around(1.2), rate = around(2), memory = [1.01] } = {}) =>
  toResult({
    machine: describeMachine('156.0'),
    device: 'wasm',
    quick: false,
    comparisons: [
      {
        model: 'a-model',
        measure: 'warm',
        title: 'warm',
        against: 'raw',
        unit: 'ms',
        better: 'lower',
        goal: 0.6,
        ours: start,
        base: ones.slice(0, start.length),
      },
      {
        model: 'a-model',
        measure: 'decode',
        title: 'decode',
        against: 'native',
        unit: 'tok/s',
        better: 'higher',
        ours: rate,
        base: ones.slice(0, rate.length),
      },
    ],
    rows: [
      { name: 'memory of four / one', unit: '×', better: 'lower', samples: memory },
      { name: 'memory', unit: 'MB', samples: [55] },
      { name: 'a script', unit: 'kB', target: 'at most 60', samples: [42] },
    ],
  });
/** @param {ReturnType<typeof resultOf>} before @param {ReturnType<typeof resultOf>} now */
const verdicts = (before, now) => compare(before, now).map(({ verdict }) => verdict);

describe('two runs', () => {
  test('with the same figures are the same; one sample tells nothing', () => {
    assert.deepEqual(verdicts(resultOf(), resultOf()), ['same', 'same', 'unknown']);
  });

  test('a longer start is worse, and so is a lower rate', () => {
    const now = resultOf({ start: around(1.4), rate: around(1.7) });
    assert.deepEqual(verdicts(resultOf(), now), ['worse', 'worse', 'unknown']);
  });

  test('a shorter start is better, and so is a higher rate', () => {
    const now = resultOf({ start: around(1), rate: around(2.3) });
    assert.deepEqual(verdicts(resultOf(), now), ['better', 'better', 'unknown']);
  });

  test('intervals that overlap are no difference, however far the medians are apart', () => {
    const now = resultOf({ start: around(1.25), rate: [...around(2).slice(0, 8), 9] });
    assert.deepEqual(verdicts(resultOf(), now), ['same', 'same', 'unknown']);
    const wide = resultOf({ start: [0.5, 0.5, 9, 9, 9, 9, 9, 9, 9] });
    assert.equal(compare(wide, resultOf({ start: around(20) }))[0]?.verdict, 'worse');
    assert.equal(compare(wide, resultOf({ start: around(5) }))[0]?.verdict, 'same');
  });

  test('a ratio of the other rows counts where it has samples', () => {
    const before = resultOf({ memory: around(1) });
    const now = resultOf({ memory: around(1.5) });
    assert.deepEqual(verdicts(before, now), ['same', 'same', 'worse']);
  });

  test('a row of one run only is not compared, and runs without a common row are refused', () => {
    const now = resultOf();
    for (const row of now.comparisons) row.model = 'another';
    assert.deepEqual(
      compare(resultOf(), now).map(({ name }) => name),
      ['memory of four / one'],
    );
    assert.throws(() => compare(resultOf(), { ...now, rows: [] }), /no ratio in common/);
    assert.throws(
      () => compare(resultOf(), { ...resultOf(), device: 'webgpu' }),
      /One run is on wasm, the other on webgpu/,
    );
  });

  test('the report names what became worse', () => {
    const report = new Report({ device: 'wasm', quick: true });
    const facts = {
      file: 'onnx/model.onnx',
      dtype: /** @type {const} */ ('q8'),
      threads: 1,
      device: 'wasm',
    };
    const measured = (/** @type {number} */ value) => ({
      rows: [
        {
          measure: /** @type {const} */ ('warm'),
          against: /** @type {const} */ ('raw'),
          ours: around(value),
          base: ones,
        },
      ],
      facts,
      browser: '156.0',
    });
    const earlier = new Report({ device: 'wasm', quick: true });
    earlier.addTable('a-model', measured(1));
    report.addTable('a-model', measured(2));
    assert.throws(() => report.compareWith(earlier.result()), {
      message: 'Worse than before: a-model: warm: reload to first token, ours / raw',
    });
    report.compareWith(report.result());
  });
});

describe('a file for --compare', () => {
  /** @param {string} name @param {unknown} content */
  const write = (name, content) => {
    const file = path.join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  test('is read as it was written', () => {
    const result = resultOf();
    assert.deepEqual(readResult(write('good.json', result)), result);
  });

  const result = resultOf();
  for (const [name, content, message] of /** @type {const} */ ([
    ['not.json', '{', /not\.json is no result of the bench: SyntaxError/],
    ['old.json', { ...result, schema: 'unmocked-bench/1' }, /old\.json .* schema: Invalid type/],
    [
      'text.json',
      { ...result, rows: [{ name: 'a', unit: '×', samples: ['1'] }] },
      /rows\.0\.samples\.0/,
    ],
    ['none.json', { ...result, rows: [{ name: 'a', unit: '×', samples: [] }] }, /rows\.0\.samples/],
  ]))
    test(`${name} is refused`, () => {
      assert.throws(() => readResult(write(name, content)), { name: 'UsageError', message });
    });

  test('is refused by the command before it measures', () => {
    const file = write('bad.json', '[]');
    const { status, stderr } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'bench/run.mjs'), '--compare', file],
      { encoding: 'utf8' },
    );
    assert.equal(status, 2);
    assert.match(stderr, /bad\.json is no result of the bench/);
  });
});

describe('the Markdown', () => {
  test('has each figure, its interval, and whether its goal is met', () => {
    const text = toMarkdown(resultOf());
    assert.match(text, /Chromium 156\.0, Node /);
    assert.match(
      text,
      /^\| a-model \| warm \| 1\.20 ms \| raw \| 1\.00 ms \| 1\.20 \| 1\.16 to 1\.24 \(96 %\) \| at most 0\.6: not met \|$/m,
    );
    assert.match(text, /^\| a-model \| decode \| 2\.00 tok\/s \| native \|.*\| {2}\|$/m);
    assert.match(text, /^\| a script \| 42 kB \| 42 to 42 \| at most 60 \|$/m);
    assert.match(toMarkdown(resultOf({ start: around(0.5) })), /\| at most 0\.6 \|$/m);
  });

  test('goes between the marks of docs/benchmarks.md, any number of times', () => {
    const page = readFileSync(path.join(ROOT, 'docs/benchmarks.md'), 'utf8');
    const once = fillFigures(page, 'the figures\n');
    assert.match(once, /<!-- bench -->\n\nthe figures\n\n<!-- end -->/);
    assert.equal(fillFigures(once, 'the figures\n'), once);
    const around = (/** @type {string} */ text) => text.split(/<!-- (?:bench|end) -->/);
    assert.deepEqual([around(once)[0], around(once)[2]], [around(page)[0], around(page)[2]]);
    assert.throws(() => fillFigures('no marks', 'figures'), /has no <!-- bench -->/);
  });
});

test('goals: each has its row, and the larger model its own', () => {
  assert.equal(goalOf('unmocked-tiny', 'decode', 'raw'), 1.2);
  assert.equal(goalOf('distilgpt2-geometry', 'decode', 'raw'), 2.2);
  assert.equal(goalOf('unmocked-tiny', 'decode', 'native'), undefined);
});

describe('ours and raw have to do the same work', () => {
  const asked = { prompt: 'Hello', tokens: [1, 2], messages: [], firstToken: 1, rate: 1 };

  test('the same prompt and tokens pass', () => assertSameTokens(asked, { ...asked }));

  for (const [what, other, message] of /** @type {const} */ ([
    ['another prompt', { ...asked, prompt: 'Hallo' }, /Their prompts differ: "Hello" and "Hallo"/],
    ['another token', { ...asked, tokens: [1, 3] }, /greedy tokens differ: \[1,2\] and \[1,3\]/],
    ['fewer tokens', { ...asked, tokens: [1] }, /Their greedy tokens differ/],
  ]))
    test(`${what} fails`, () =>
      assert.throws(() => assertSameTokens(asked, { ...other, tokens: [...other.tokens] }), {
        message,
      }));

  test('an answer without tokens fails', () => {
    const silent = { ...asked, tokens: [] };
    assert.throws(() => assertSameTokens(silent, silent), /Their greedy tokens differ/);
  });

  test('the questions with the longest answers come first; short answers are refused', async () => {
    const ask = (/** @type {number} */ factor) => async (/** @type {string} */ question) => ({
      ...asked,
      tokens: Array.from({ length: Math.ceil(question.length * factor) }, () => 1),
    });
    const lengths = (await longestAnswers(ask(1))).map(({ tokens }) => tokens);
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => b - a),
    );
    assert.ok(lengths.length > 4);
    await assert.rejects(longestAnswers(ask(0.01)), /longest answer has 1 tokens.* needs 8/);
  });
});
