import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJUnit } from '../../scripts/lib/tests/junit.mjs';
import { count, failed } from '../../scripts/lib/tests/suites.mjs';
import { escapeXml } from '../../src/harness/escape-xml.js';

test('the escaper leaves only characters that XML can hold', () => {
  assert.equal(
    escapeXml('a < b && "c" > \'d\''),
    'a &#60; b &#38;&#38; &#34;c&#34; &#62; &#39;d&#39;',
  );
  assert.equal(escapeXml('\u001B[31mred\u001B[0m'), 'red');
  assert.equal(escapeXml('\u0000\u001B\uFFFE\uD800'), '\uFFFD'.repeat(4));
  assert.equal(escapeXml('one\ntwo\tthree'), 'one&#10;two&#9;three');
});

test('suites as XML, with the counts of each and of all', () => {
  /** @type {import('../../scripts/lib/tests/suites.mjs').TestCase[]} */
  const cases = [
    { name: 'good', status: 'passed', duration: 1500 },
    { name: 'later', suite: 'outer', status: 'skipped' },
    failed('<bad>', 'one\ntwo', 'at "here"'),
  ];
  assert.deepEqual(count(cases), { passed: 1, failed: 1, skipped: 1 });
  assert.equal(
    toJUnit([{ name: 'a & b', cases }]),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1">
  <testsuite name="a &#38; b" tests="3" failures="1" errors="0" skipped="1" time="1.500">
    <testcase name="good" classname="a &#38; b" time="1.500"/>
    <testcase name="later" classname="outer" time="0.000"><skipped/></testcase>
    <testcase name="&#60;bad&#62;" classname="a &#38; b" time="0.000"><failure message="one&#10;two">at &#34;here&#34;</failure></testcase>
  </testsuite>
</testsuites>
`,
  );
});
