import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mergeReports } from '../../scripts/lib/cli/merge-reports.mjs';
import { mergeCommand } from '../../scripts/lib/cli/merge.mjs';
import { UsageError } from '../../scripts/lib/command.mjs';
import { loadTables } from '../../scripts/lib/typescript.mjs';

/** @typedef {import('../../src/harness/report.js').Report} Report */
/** @typedef {import('../../src/harness/report.js').ScenarioResult} ScenarioResult */

/** @type {Awaited<ReturnType<typeof loadTables>>} */
let tables;
before(async () => {
  tables = await loadTables();
});

const SCENARIOS = ['a', 'b', 'c'];

/**
 * A result as the page reports it, with the fields that joining reads.
 *
 * @param {string} id
 * @param {ScenarioResult['status']} [status]
 */
const result = (id, status = 'passed') =>
  /** @type {ScenarioResult} */ ({
    id,
    title: id,
    status,
    ...(status === 'skipped' && { reason: 'no server' }),
    checks: [],
    inference: {
      required: true,
      accepts: 'witnessed',
      found: status === 'passed',
      kind: status === 'passed' ? 'witnessed' : 'none',
      witnessed: status === 'passed' ? 5 : 0,
      counted: 0,
      inferred: false,
    },
    metrics: {},
    evidence: {
      modelId: 'm',
      ...(status !== 'skipped' && { modelDigest: 'd1', dtype: 'q8' }),
      seed: 3,
      tokensComputed: 5,
      exchanges: [],
    },
    durationMs: 10,
  });

/**
 * The report of a shard, made by the code that makes a page's.
 *
 * @param {number} index
 * @param {ScenarioResult[]} results
 * @returns {Report}
 */
function shard(index, results) {
  const report = tables.summarize(results, {
    startedAt: `2026-01-0${index}T00:00:00.000Z`,
    durationMs: 100 * index,
    environment: /** @type {any} */ ({ userAgent: `browser ${index}` }),
    seed: 3,
    server: undefined,
    expected: results.length,
    own: { modelId: 'm', device: 'wasm' },
    inference: { tokens: 7 * index, remoteTokens: 0 },
  });
  return { ...report, shard: { index, count: 2, scenarios: SCENARIOS } };
}

/** @param {Report[]} reports */
const merge = (...reports) =>
  mergeReports(
    reports.map((report, index) => ({ name: `${index + 1}.json`, report })),
    tables.summarize,
  );
const first = () => shard(1, [result('a'), result('c')]);
const second = () => shard(2, [result('b')]);

describe('the joined report', () => {
  test('is that of the whole run, in its order, whatever the order of the files', () => {
    const merged = merge(second(), first());
    assert.deepEqual(merged, merge(first(), second()));
    assert.deepEqual(
      merged.results.map(({ id }) => id),
      SCENARIOS,
    );
    const { schema, status, problems, startedAt, durationMs, totals, inference, model, seed } =
      merged;
    assert.deepEqual(
      { schema, status, problems, startedAt, durationMs, inference, model, seed },
      {
        schema: 'unmocked/1',
        status: 'passed',
        problems: [],
        startedAt: '2026-01-01T00:00:00.000Z',
        durationMs: 300,
        inference: { tokens: 21, remoteTokens: 0, kind: 'witnessed' },
        model: { id: 'm', digest: 'd1', dtype: 'q8' },
        seed: 3,
      },
    );
    assert.deepEqual([totals.passed, totals.total], [3, 3]);
    assert.equal(merged.shard, undefined);
    assert.match(tables.toJUnit(merged), /tests="3" failures="0"/);
  });

  test('fails with one failed scenario', () => {
    const merged = merge(first(), shard(2, [result('b', 'failed')]));
    assert.deepEqual([merged.status, merged.totals.failed], ['failed', 1]);
  });

  test('was stopped if one shard was: that is no verdict', () => {
    const merged = merge(first(), shard(2, [result('b', 'not-run')]));
    assert.deepEqual(
      [merged.status, merged.problems],
      ['stopped', ['The run was stopped: 1 of 3 scenarios did not run.']],
    );
  });

  test('passes if one shard has skipped everything: alone, that shard failed', () => {
    const skipped = shard(2, [result('b', 'skipped')]);
    assert.equal(skipped.status, 'failed');
    assert.equal(merge(first(), skipped).status, 'passed');
  });

  test('fails if all has been skipped', () => {
    const merged = merge(
      shard(1, [result('a', 'skipped'), result('c', 'skipped')]),
      shard(2, [result('b', 'skipped')]),
    );
    assert.deepEqual([merged.status, merged.problems], ['failed', ['No scenario passed.']]);
  });

  test('fails, and says so, if a shard is missing', () => {
    const { status, problems } = merge(first());
    assert.equal(status, 'failed');
    assert.deepEqual(problems, [
      'Shard 2/2 is missing. Its scenarios: b.',
      '2 scenarios ran, 3 were expected.',
    ]);
  });

  test('fails if a shard has fewer scenarios than it should', () => {
    const { status, problems } = merge(shard(1, [result('a')]), second());
    assert.deepEqual([status, problems], ['failed', ['2 scenarios ran, 3 were expected.']]);
  });
});

describe('reports that do not belong together are refused', () => {
  /** @type {[name: string, change: (report: Report) => Partial<Report>, message: RegExp][]} */
  const cases = [
    [
      'another digest',
      () => ({ model: { id: 'm', digest: 'd2', dtype: 'q8' } }),
      /^Error: The reports are not of one run, because the digest of the model differs: 1\.json has d1, 2\.json has d2$/,
    ],
    [
      'another model',
      () => ({ model: { id: 'n' } }),
      /the model differs: 1\.json has m, 2\.json has n/,
    ],
    [
      'another device',
      () => ({ device: { requested: 'webgpu' } }),
      /the device differs: .*wasm.*webgpu/,
    ],
    ['another seed', () => ({ seed: 4 }), /the seed differs: 1\.json has 3, 2\.json has 4/],
    [
      'another number of shards',
      () => ({ shard: { index: 2, count: 3, scenarios: SCENARIOS } }),
      /the number of shards differs: 1\.json has 2, 2\.json has 3/,
    ],
    [
      'a report that is no shard',
      () => ({ shard: undefined }),
      /shards differs: .*2\.json has none/,
    ],
    [
      'other scenarios',
      () => ({ shard: { index: 2, count: 2, scenarios: ['a', 'b'] } }),
      /the list of scenarios differs/,
    ],
    [
      'a scenario twice',
      () => ({ results: [result('b'), result('c')] }),
      /^Error: The scenario "c" is in 1\.json and 2\.json: join each part of the run once$/,
    ],
  ];
  for (const [name, change, message] of cases)
    test(name, () => {
      const other = second();
      assert.throws(() => merge(first(), { ...other, ...change(other) }), message);
    });
});

describe('the command', () => {
  /** @type {string} */
  let folder;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-merge-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exitCode = undefined;
  });
  /** @param {string} name */
  const file = (name) => path.join(folder, name);
  /** @param {string[]} args */
  const call = async (...args) => {
    process.exitCode = undefined;
    await mergeCommand(args, { command: 'npx unmocked merge FILE…', tables });
    const status = process.exitCode;
    process.exitCode = undefined;
    return status;
  };

  test('writes both files; the exit status is the result', async () => {
    writeFileSync(file('1.json'), JSON.stringify(first()));
    writeFileSync(file('2.json'), JSON.stringify(second()));
    const out = ['--json', file('out.json'), '--junit', file('out.xml')].concat(
      '--markdown',
      file('out.md'),
    );
    assert.equal(await call(file('1.json'), file('2.json'), ...out), 0);
    assert.equal(JSON.parse(readFileSync(file('out.json'), 'utf8')).results.length, 3);
    assert.match(readFileSync(file('out.xml'), 'utf8'), /tests="3"/);
    assert.match(readFileSync(file('out.md'), 'utf8'), /^# Unmocked: passed\n/);
    assert.equal(await call(file('1.json'), ...out), 1);
    assert.match(readFileSync(file('out.xml'), 'utf8'), /Shard 2\/2 is missing/);
  });

  test('names what is no report', async () => {
    await assert.rejects(call(), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^There is no report to join: .*\nusage: npx unmocked merge/);
      return true;
    });
    await assert.rejects(call(file('none.json')), /none\.json: ENOENT/);
    writeFileSync(file('bad.json'), '{');
    await assert.rejects(
      call(file('bad.json')),
      /bad\.json: This is not a report of Unmocked\. It is not JSON/,
    );
    writeFileSync(file('other.json'), '{"schema":"unmocked/2"}');
    await assert.rejects(
      call(file('other.json')),
      /"schema" is "unmocked\/2", but has to be "unmocked\/1"/,
    );
  });
});
