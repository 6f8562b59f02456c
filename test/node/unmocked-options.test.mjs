import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromiumAdvice } from '../../scripts/lib/browser/chromium.mjs';
import { chooseScenarios } from '../../scripts/lib/cli/choose.mjs';
import { createProgress } from '../../scripts/lib/cli/progress.mjs';
import { parseShard, shardOf } from '../../scripts/lib/cli/shard.mjs';
import { unmocked } from '../../scripts/lib/cli/unmocked.mjs';
import { HelpRequest, UsageError } from '../../scripts/lib/command.mjs';
import { pageAddress, readScenarioOptions } from '../../scripts/lib/scenarios/options.mjs';
import { loadTables } from '../../scripts/lib/typescript.mjs';

/** @type {Awaited<ReturnType<typeof loadTables>>} */
let tables;
/** @type {string} */
let folder;
/** @type {string} */
let agent;
before(async () => {
  tables = await loadTables();
  folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-options-'));
  agent = path.join(folder, 'agent.mjs');
  writeFileSync(agent, 'export default () => undefined;\n');
  writeFileSync(path.join(folder, 'agent.ts'), 'export default () => undefined;\n');
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string[]} args */
const read = (...args) => readScenarioOptions(args, {}, { command: 'npx unmocked', tables });

/**
 * @param {() => unknown} call
 * @param {RegExp} message
 */
const refuses = (call, message) =>
  assert.throws(call, (error) => {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, message);
    return true;
  });

describe('the options of a run', () => {
  test('all of them', () => {
    const options = read(
      '--run',
      'usage',
      '--agent',
      agent,
      '--seed',
      '7',
      '--tags',
      'agent',
      '--shard',
      '2/3',
      '--json',
      'a.json',
      '--junit',
      'a.xml',
      '--markdown',
      'a.md',
      '--timeout',
      '5',
      '--connect',
      'ws://box:3000/',
      '--host',
      '10.0.0.1',
    );
    assert.deepEqual(
      { ...options, environment: {} },
      {
        run: 'usage',
        model: undefined,
        hub: undefined,
        device: undefined,
        seed: 7,
        tags: 'agent',
        agent,
        shard: { index: 2, count: 3 },
        json: 'a.json',
        junit: 'a.xml',
        markdown: 'a.md',
        webgpu: false,
        page: undefined,
        connect: 'ws://box:3000/',
        grid: undefined,
        host: '10.0.0.1',
        environment: {},
        timeoutMs: 5000,
      },
    );
  });

  test('an address without "run" starts nothing', () => {
    assert.equal(
      pageAddress('http://h/?seed=1&run=all', { device: 'wasm', seed: 3 }),
      'http://h/?seed=3&device=wasm',
    );
  });

  /** @type {[args: () => string[], message: RegExp][]} */
  const wrong = [
    [() => ['--shard', '0/2'], /^--shard is "0\/2", but must be a part of the run, as in 1\/4\n/],
    [() => ['--shard', '3/2'], /^--shard is "3\/2"/],
    [() => ['--shard', '2'], /^--shard is "2"/],
    [() => ['--agent', path.join(folder, 'none.mjs')], /^--agent is ".*none\.mjs", but must be/],
    [() => ['--agent', path.join(folder, 'agent.ts')], /must be a JavaScript module/],
    [() => ['--agent', agent, '--model', 'm'], /^--agent cannot stand beside --model: they choose/],
    [
      () => ['--connect', 'http://h/'],
      /^--connect is "http:\/\/h\/", but must be the address of a P/,
    ],
    [() => ['--grid', 'ws://h/'], /^--grid is "ws:\/\/h\/", but must be the address of a Selenium/],
    [
      () => ['--grid', 'http://h/', '--connect', 'ws://h/', '--host', 'h'],
      /^--connect cannot stand/,
    ],
    [
      () => ['--grid', 'http://h/', '--page', 'http://p/', '--agent', agent],
      /^--agent .*agent\.mjs is served on this machine's 127\.0\.0\.1, .* add --host with an address/,
    ],
    [() => ['--grid', 'http://h/'], /^--grid needs a page that its browsers can reach: --host/],
  ];
  for (const [index, [args, message]] of wrong.entries())
    test(`refuses ${index + 1}: ${message.source}`, () => refuses(() => read(...args()), message));
});

describe('which scenarios', () => {
  /** @type {import('../../scripts/lib/scenarios/page-run.mjs').ListedScenario[]} */
  const listed = [
    { id: 'a', suite: 'page', tags: ['core'] },
    { id: 'b', suite: 'agent', tags: ['core', 'tools'] },
    { id: 'c', suite: 'agent', tags: ['tools'] },
  ];
  const all = { run: 'all', agent: false };

  test('all, by id, by tag, for an agent; always in the order of the page', () => {
    assert.deepEqual(chooseScenarios(listed, all), ['a', 'b', 'c']);
    assert.deepEqual(chooseScenarios(listed, { ...all, run: ' c , a' }), ['a', 'c']);
    assert.deepEqual(chooseScenarios(listed, { ...all, tags: 'tools' }), ['b', 'c']);
    assert.deepEqual(chooseScenarios(listed, { ...all, run: 'a,b', tags: 'core,x' }), ['a', 'b']);
    assert.deepEqual(chooseScenarios(listed, { ...all, agent: true }), ['b', 'c']);
  });

  test('refuses what is unknown, and what an agent cannot run', () => {
    refuses(
      () => chooseScenarios(listed, { ...all, run: 'a,x' }),
      /^--run: there is no scenario "x"\. Allowed: all, or some of a, b, c$/,
    );
    refuses(
      () => chooseScenarios(listed, { run: 'a,b', agent: true }),
      /^--run: a tests this page's own model, so it cannot run with --agent$/,
    );
    refuses(
      () => chooseScenarios(listed, { ...all, tags: 'x' }),
      /^No scenario has one of the tags x/,
    );
  });
});

describe('shards', () => {
  test('are read', () => {
    assert.deepEqual(parseShard('1/4'), { index: 1, count: 4 });
    for (const text of ['', '1', '1/0', '5/4', '-1/4', '1/4/2', 'a/b', '1.5/4'])
      assert.equal(parseShard(text), undefined, text);
  });

  test('every scenario is in one shard, and the shards differ by one at most', () => {
    const ids = Array.from({ length: 33 }, (_, index) => `s${index}`);
    for (const count of [1, 2, 4, 7, 33]) {
      const shards = Array.from({ length: count }, (_, at) =>
        shardOf(ids, { index: at + 1, count }),
      );
      assert.deepEqual(shards.flat().toSorted(), ids.toSorted());
      const sizes = shards.map(({ length }) => length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, String(sizes));
    }
    assert.deepEqual(shardOf(['a', 'b', 'c'], { index: 1, count: 2 }), ['a', 'c']);
  });

  test('a shard without a scenario is refused', () => {
    refuses(
      () => shardOf(['a', 'b'], { index: 3, count: 3 }),
      /^--shard 3\/3 has no scenario to run: there are 2\. Use at most 2 shards$/,
    );
  });
});

describe('the progress', () => {
  const result = /** @type {import('../../src/harness/report.js').ScenarioResult} */ ({
    id: 'a',
    title: 'A',
    status: 'failed',
    reason: 'broken',
    durationMs: 1234,
  });

  /** @param {boolean} isTTY */
  function print(isTTY) {
    let text = '';
    const progress = createProgress({
      isTTY,
      columns: 30,
      write: (/** @type {unknown} */ piece) => Boolean((text += piece)),
    });
    progress.start(['a', 'b']);
    progress.result(result);
    progress.line('console error: x');
    progress.end();
    return text;
  }

  test('is plain lines elsewhere than on a terminal', () => {
    assert.equal(print(false), 'failed    a (1.2 s): broken\nconsole error: x\n');
  });

  test('on a terminal, the last line says what runs, and is erased at the end', () => {
    const erase = '\r\u001B[2K';
    assert.equal(
      print(true),
      [
        `${erase}[1/2] a … 0 s`,
        `${erase}failed    a (1.2 s): broken\n[2/2] b … 0 s`,
        `${erase}console error: x\n[2/2] b … 0 s`,
        erase,
      ].join(''),
    );
  });
});

describe('the command', () => {
  /** @param {string[]} args */
  const call = (...args) =>
    unmocked(args, {
      version: '1.2.3',
      run: { tables, pageFolder: () => assert.fail(), chromium: () => assert.fail() },
      serve: { start: () => assert.fail() },
    });

  test('refuses a wrong name, and shows its own help', async () => {
    await assert.rejects(call('frob'), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^There is no command "frob"\nusage: npx unmocked \[run\]/);
      return true;
    });
    await assert.rejects(call('--help'), HelpRequest);
  });

  for (const [name, ...args] of [
    ['run', 'run', '--help'],
    ['run', '--run', 'all', '--help'],
    ['merge', 'merge', '--help'],
    ['serve', 'serve', '--help'],
  ])
    test(`${args.join(' ')} shows the options of ${name}`, async () => {
      await assert.rejects(call(...args), (error) => {
        assert.ok(error instanceof HelpRequest);
        const expected = { run: '--shard I/N', merge: '--junit FILE', serve: '--port N' }[
          name ?? ''
        ];
        assert.ok(expected && error.message.includes(expected), error.message);
        for (const line of error.message.split('\n')) assert.ok(line.length <= 100, line);
        return true;
      });
    });
});

test('how to get a Chromium is said for each system', () => {
  assert.match(chromiumAdvice('linux'), /^apt-get install chromium, .* or npx playwright install/);
  assert.match(chromiumAdvice('darwin'), /^brew install .* or npx playwright install chromium/);
  assert.match(chromiumAdvice('win32'), /^winget install .* or npx playwright install chromium/);
  assert.match(
    chromiumAdvice('freebsd'),
    /^npx playwright install chromium\. Or set CHROMIUM_PATH/,
  );
});
