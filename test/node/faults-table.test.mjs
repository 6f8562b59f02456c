import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { faultSuite, outcomeOf } from '../../scripts/lib/tests/faults.mjs';
import { faults } from '../faults/table.mjs';
import { ROOT } from './page-helpers.mjs';

/** @typedef {import('../../scripts/lib/tests/suites.mjs').TestCase} TestCase */

const fault = { fault: 'x', promise: 'y', spec: 'faults/x.test.ts', tests: ['one', 'two'] };

/** @param {readonly TestCase[]} cases */
const problem = (cases, name = 'wasm test/faults/x.test.ts') =>
  outcomeOf(fault, [{ name, cases: [...cases] }]).problem;

/** @param {string} name @param {TestCase['status']} [status] */
const one = (name, status = 'passed') => ({ name, status, suite: 'suite' });

test('a fault is survived only if each of its tests ran and passed', () => {
  assert.equal(problem([one('one'), one('the two')]), undefined);
  assert.match(problem([one('one')]) ?? '', /no test has "two"/);
  assert.match(problem([one('one'), one('two'), one('two again', 'failed')]) ?? '', /^failed/);
  assert.match(problem([one('one', 'skipped'), one('two')]) ?? '', /^skipped/);
  assert.match(
    problem([one('one'), one('two')], 'webgpu test/faults/x.test.ts') ?? '',
    /did not run/,
  );
});

test('a fault that was not survived is a failed case of the whole run', () => {
  const suites = [{ name: 'wasm test/faults/x.test.ts', cases: [one('one'), one('two')] }];
  const { cases } = faultSuite([fault, { ...fault, fault: 'z', tests: ['three'] }], suites);
  assert.deepEqual(
    cases.map(({ name, status }) => [name, status]),
    [
      ['x', 'passed'],
      ['z', 'failed'],
    ],
  );
});

test('each fault of the table has a spec, and no two are the same', () => {
  for (const { spec, tests } of faults) {
    assert.ok(existsSync(path.join(ROOT, 'test', spec)), spec);
    assert.ok(tests.length > 0 && tests.every(Boolean), spec);
  }
  assert.equal(new Set(faults.map((one) => one.fault)).size, faults.length);
});
