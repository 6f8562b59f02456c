import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ensureChromium, launchArguments } from '../../scripts/lib/browser/chromium.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { servePage } from '../../scripts/lib/serving/page-server.mjs';
import { loadServer } from '../../scripts/lib/typescript.mjs';
import { conversations } from '../conversations.mjs';
import { golden, replies } from '../golden.mjs';
import { startGrid } from '../servers/grid.mjs';
import { startPlaywrightServer } from '../servers/playwright-server.mjs';
import { APP, INSTALLED, project } from './helpers.mjs';

/*
 * `npx unmocked` as its users have it: the installed package in a project with nothing else in it.
 * There is no Vite, no TypeScript and no playwright-core.
 */

const TIMEOUT = 600_000;

const FILES = {
  'package.json': '{}',
  'prompt.mjs': `export const system = 'You are helpful.';`,
  'agent.mjs':
    `import { loadAgent } from 'unmocked';\nimport { system } from './prompt.mjs';\n` +
    `export default ({ seed }) => loadAgent({ model: 'unmocked-tiny', seed, system });`,
  'canned.mjs':
    `export const name = 'canned';\nexport const claims = ['chat'];\n` +
    `export default async () => ({ text: 'Hello! How are you?' });`,
  'number.mjs': 'export default 5;',
  'bare.mjs': `import 'left-pad';\nexport default () => undefined;`,
};

const dist = path.join(INSTALLED, 'dist');
const folder = project('command', FILES);
const executablePath = ensureChromium();

/**
 * Calls the command in the folder. Only what a browser needs is in its environment.
 *
 * @param {string[]} args
 */
async function unmocked(...args) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [path.join(dist, 'cli/unmocked.js'), ...args], {
    cwd: folder,
    env: { PATH, HOME, TMPDIR, CHROMIUM_PATH: executablePath },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const [status] = await once(child, 'close');
  return { status, out, err };
}

/** @param {string} name */
const readReport = (name) =>
  /** @type {import('../../src/harness/report.js').Report} */ (
    JSON.parse(readFileSync(path.join(folder, name), 'utf8'))
  );

describe('the scenarios', { timeout: TIMEOUT }, () => {
  test('run in shards, and their reports join', async () => {
    const common = ['--run', 'load-agent,chat-completion,usage', '--device', 'wasm', '--seed', '5'];
    const first = await unmocked(...common, '--shard', '1/2', '--json', 'out/1.json');
    assert.deepEqual([first.status, first.err], [0, '']);
    assert.match(
      first.out,
      /^Running http:\/\/127\.0\.0\.1:\d+\/\?run=load-agent%2Cusage&device=wasm/,
    );
    assert.match(first.out, /\npassed {4}load-agent \(wasm, \d+\.\d s\)\n/);
    assert.match(first.out, /\n2 passed, 0 failed, .*\npassed\n$/);
    const second = await unmocked('run', ...common, '--shard', '2/2', '--json', 'out/2.json');
    assert.equal(second.status, 0, second.err);

    const merged = await unmocked('merge', 'out/1.json', 'out/2.json', '--json', 'all.json');
    assert.deepEqual([merged.status, merged.err], [0, '']);
    const { status, results, seed, device, inference } = readReport('all.json');
    assert.deepEqual(
      results.map(({ id }) => id),
      ['load-agent', 'chat-completion', 'usage'],
    );
    assert.deepEqual(
      [status, seed, device.requested, inference.kind],
      ['passed', 5, 'wasm', 'witnessed'],
    );
    assert.ok(inference.tokens > 0);
  });

  test('run on an agent that imports the package and a file beside it', async () => {
    const { status, out, err } = await unmocked(
      '--agent',
      'agent.mjs',
      '--run',
      'usage',
      '--json',
      'agent.json',
      '--junit',
      'agent.xml',
    );
    assert.deepEqual([status, err], [0, ''], out);
    const { results, model } = readReport('agent.json');
    assert.deepEqual(
      results.map(({ id, status }) => [id, status]),
      [['usage', 'passed']],
    );
    assert.equal(model.id, 'unmocked-tiny');
    assert.match(readFileSync(path.join(folder, 'agent.xml'), 'utf8'), /tests="1" failures="0"/);
  });

  test('fail on a function with a right, canned answer: nothing was computed', async () => {
    const { status, out } = await unmocked('--agent', 'canned.mjs', '--run', 'chat-completion');
    assert.equal(status, 1);
    assert.match(
      out,
      /failed +chat-completion .*: no token was computed in this page, and no agent/,
    );
  });
});

describe('what is wrong is one line, with the remedy', { timeout: TIMEOUT }, () => {
  /** @type {[args: string[], status: number, message: RegExp][]} */
  const cases = [
    [
      ['--agent', 'number.mjs'],
      1,
      /^error: Cannot use the agent of number\.mjs: Its default export is number\./,
    ],
    [['--agent', 'bare.mjs'], 1, /"left-pad"\..* bundle the file first\n$/],
    [
      ['--agent', 'agent.mjs', '--run', 'load-agent'],
      2,
      /^error: --run: load-agent tests this page's own/,
    ],
    [
      ['--agent', 'agent.mjs', '--run', 'usage', '--shard', '2/2'],
      2,
      /^error: --shard 2\/2 has no scenario/,
    ],
    [
      ['--page', 'http://127.0.0.1:9/'],
      1,
      /^error: Cannot open http:\/\/127\.0\.0\.1:9\/\?run=all: net::ERR/,
    ],
    [
      ['--connect', 'ws://127.0.0.1:9/'],
      1,
      /^error: --connect and --grid need the package playwright-core/,
    ],
    [['frob'], 2, /^error: There is no command "frob"\nusage: npx unmocked/],
  ];
  for (const [args, expected, message] of cases)
    test(args.join(' '), async () => {
      const { status, err } = await unmocked(...args);
      assert.match(err, message);
      assert.equal(status, expected);
    });

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(await unmocked('--version'), { status: 0, out: `${version}\n`, err: '' });
  });
});

describe('the server, on ONNX Runtime in WASM', { timeout: TIMEOUT }, () => {
  const names = /** @type {const} */ (['greeting', 'add', 'repeat']);

  /**
   * @param {'q8' | 'fp32'} dtype
   * @param {(model: any) => Promise<void>} use
   */
  async function withModel(dtype, use) {
    const { ModelHost } = await loadServer();
    const host = new ModelHost(() => new Worker(path.join(dist, 'cli/model-worker.js')));
    try {
      const modelsFolder = path.join(dist, 'models');
      await use(await host.load({ model: 'unmocked-tiny', dtype, root: dist, modelsFolder }));
    } finally {
      await host.close();
    }
  }

  test('computes the golden tokens', () =>
    withModel('q8', async (model) => {
      for (const name of names) {
        const [content] = conversations[name].turns;
        const { text } = await model.prompt({ messages: [{ role: 'user', content }], tools: [] });
        const { outputTokenIds } = await model.generate(
          {
            prompt: text,
            maxTokens: 16,
            temperature: 0,
            topP: 1,
            topK: 0,
            repetitionPenalty: 1,
            seed: 0,
            stop: [...model.formatStop],
            client: name,
          },
          () => undefined,
          new AbortController().signal,
        );
        assert.deepEqual([outputTokenIds], golden.q8[name], name);
      }
    }));

  test('has no weights in fp32, and says what to do', () =>
    assert.rejects(
      withModel('fp32', async () => undefined),
      /"unmocked-tiny" has no onnx\/model\.onnx\. The published package has the q8 file alone\. Use the dtype "q8"/,
    ));

  test('answers over HTTP, and ends with Ctrl+C', async () => {
    const child = spawn(
      process.execPath,
      [path.join(dist, 'cli/unmocked.js'), 'serve', '--port', '0'],
      { cwd: folder },
    );
    let [out, err] = ['', ''];
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    const exit = once(child, 'exit');
    try {
      const url = await new Promise((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text) => {
          out += text;
          const address = /server at (http:\S+)/.exec(out)?.[1];
          if (address) resolve(address);
        });
        void exit.then((how) => reject(new Error(`it ended: ${String(how)} ${err}`)));
      });
      const response = await fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'unmocked-tiny',
          messages: [{ role: 'user', content: 'Hello, this is a test.' }],
          temperature: 0,
        }),
      });
      const answer = /** @type {any} */ (await response.json());
      assert.equal(answer.choices[0].message.content, replies.greeting[0]);
      child.kill('SIGINT');
      assert.deepEqual(await exit, [0, null], err);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

// Last: from here on, playwright-core is installed.
describe('browsers elsewhere', { timeout: TIMEOUT }, () => {
  const installed = path.join(APP, 'node_modules/playwright-core');
  const skip =
    process.platform === 'win32' && 'a shell script stands in for the browser that Playwright has';
  before(() => symlinkSync(path.join(ROOT, 'node_modules/playwright-core'), installed, 'junction'));
  after(() => unlinkSync(installed));

  describe('a Playwright server', { skip }, () => {
    /** @type {Awaited<ReturnType<typeof startPlaywrightServer>>} */
    let server;
    before(async () => {
      server = await startPlaywrightServer(executablePath);
    });
    after(() => server?.close());
    /** Whether the browser of the last run had the tunnel. */
    const tunnel = () => server.connections.at(-1)?.['x-playwright-proxy'];

    test('runs the scenarios through a tunnel, and is asked for our arguments', async () => {
      const { status, out, err } = await unmocked(
        '--connect',
        server.url,
        '--run',
        'chat-completion',
        '--json',
        'connect.json',
      );
      assert.deepEqual([status, err], [0, ''], out);
      const { environment, inference } = readReport('connect.json');
      assert.equal(environment.crossOriginIsolated, true);
      assert.equal(inference.kind, 'witnessed');
      assert.equal(tunnel(), '<loopback>');
      assert.deepEqual(
        server.askedArguments().filter((arg) => !arg.startsWith('--unsafely-treat-')),
        launchArguments(),
      );
    });

    test('runs an agent of this machine on a page that is already served', async () => {
      const page = await servePage({ folder: dist });
      try {
        const { status, out, err } = await unmocked(
          '--connect',
          server.url,
          '--page',
          page.url,
          '--agent',
          'agent.mjs',
          '--run',
          'usage',
        );
        assert.deepEqual([status, err], [0, ''], out);
        assert.equal(tunnel(), '<loopback>');
      } finally {
        await page.close();
      }
    });

    test('has no tunnel if nothing is on this machine', async () => {
      const page = 'http://no.such.host.invalid/';
      const { status, err } = await unmocked('--connect', server.url, '--page', page);
      assert.match(err, /^error: Cannot open http:\/\/no\.such\.host\.invalid\/\?run=all: /);
      assert.deepEqual([status, tunnel()], [1, '']);
    });

    for (const option of ['--webgpu', '--device webgpu'])
      test(`${option} is refused if the server leaves out our arguments`, async () => {
        const { status, err } = await unmocked('--connect', server.url, ...option.split(' '));
        assert.match(
          err,
          new RegExp(
            `^error: ${option}: the browser of the Playwright server at ws://127\\.0\\.0\\.1:\\d+ ` +
              'has no WebGPU adapter\\. .* run-server --unsafe',
          ),
        );
        assert.equal(status, 1);
      });
  });

  test('a Playwright server that takes our arguments has WebGPU', { skip }, async () => {
    const server = await startPlaywrightServer(executablePath, '--unsafe');
    try {
      const { status, out, err } = await unmocked(
        '--connect',
        server.url,
        '--run',
        'load-agent',
        '--device',
        'webgpu',
        '--json',
        'webgpu.json',
      );
      assert.deepEqual([status, err], [0, ''], out);
      assert.equal(readReport('webgpu.json').results[0]?.device?.actual, 'webgpu');
    } finally {
      await server.close();
    }
  });

  test('a server that is not there is named, without what its address hides', async () => {
    const { status, err } = await unmocked('--connect', 'ws://user:secret@127.0.0.1:9/token');
    assert.equal(status, 1);
    assert.match(err, /^error: The Playwright server at ws:\/\/127\.0\.0\.1:9 gave no browser: /);
    assert.doesNotMatch(err, /secret|token/);
  });

  test('--grid runs in a browser of a Selenium Grid, and gives it back', async () => {
    const grid = await startGrid(executablePath);
    try {
      const { status, out, err } = await unmocked(
        '--grid',
        grid.url,
        '--host',
        '127.0.0.1',
        '--run',
        'chat-completion',
        '--json',
        'grid.json',
      );
      assert.deepEqual([status, err], [0, ''], out);
      assert.equal(readReport('grid.json').inference.kind, 'witnessed');
      const [request] = grid.requests;
      assert.equal(request?.browserName, 'chrome');
      const { args } = request?.['goog:chromeOptions'] ?? {};
      const { origin } = new URL(/Running (\S+)/.exec(out)?.[1] ?? '');
      assert.ok(args.includes(`--unsafely-treat-insecure-origin-as-secure=${origin}`), args);
      assert.equal(grid.open(), 0);
    } finally {
      grid.close();
    }
  });

  test('--grid runs an agent of this machine on a page that is already served', async () => {
    const page = await servePage({ folder: dist });
    const grid = await startGrid(executablePath);
    try {
      const { status, out, err } = await unmocked(
        '--grid',
        grid.url,
        '--page',
        page.url,
        '--agent',
        'agent.mjs',
        '--host',
        '127.0.0.1',
        '--run',
        'usage',
      );
      assert.deepEqual([status, err], [0, ''], out);
      const { args } = grid.requests[0]?.['goog:chromeOptions'] ?? {};
      const [origins] = args.flatMap((/** @type {string} */ arg) => arg.split('secure=')[1] ?? []);
      // The page's own, and that of the agent on another port.
      assert.match(origins, /^http:\/\/127\.0\.0\.1:\d+,http:\/\/127\.0\.0\.1:\d+$/);
      assert.ok(origins.startsWith(`${new URL(page.url).origin},`), origins);
    } finally {
      grid.close();
      await page.close();
    }
  });
});
