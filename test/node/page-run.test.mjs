import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { ensureChromium } from '../../scripts/lib/browser/chromium.mjs';
import { runCommand } from '../../scripts/lib/cli/run.mjs';
import { loadTables } from '../../scripts/lib/typescript.mjs';
import { withEnvironment } from './page-helpers.mjs';

/** A page that tells its server what it was given, and whether it is still open. */
const PAGE = `<!doctype html><unmocked-harness></unmocked-harness><script>
  new EventSource('/open');
  customElements.define('unmocked-harness', class extends HTMLElement {
    scenarios = ['a', 'b', 'c'].map((id) => ({ id }));
    junit() { return ''; }
  });
  const run = new URLSearchParams(location.search).get('run');
  fetch('/start', { method: 'POST', body: JSON.stringify({ run, env: process.env }) }).then(() => {
    if (!run) return;
    document.querySelector('unmocked-harness').report = { results: [{}], totals: { passed: 2 } };
    document.documentElement.dataset.unmocked = 'passed';
  });
</script>`;

test('the page that lists the scenarios of a shard gets no environment, and is closed', async () => {
  /** @type {{ run: string | null, env: object }[]} */
  const started = [];
  /** @type {() => void} */
  let close = () => assert.fail();
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => (close = resolve));
  const server = createServer((request, response) => {
    void (async () => {
      if (request.url === '/start') {
        let body = '';
        for await (const text of request.setEncoding('utf8')) body += text;
        const page = JSON.parse(body);
        started.push(page);
        if (page.run) await closed; // the run ends only if the other page is closed
        response.end();
      } else if (request.url === '/open') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        response.once('close', close);
      } else response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    })();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const api = 'http://127.0.0.1:9/v1';
  const tables = await loadTables();
  const { exitCode } = process;
  try {
    const cleared = Object.fromEntries(tables.environmentNames.map((name) => [name, undefined]));
    await withEnvironment(cleared, () =>
      runCommand(
        [
          '--page',
          `http://127.0.0.1:${port}/`,
          '--shard',
          '1/2',
          '--api-url',
          api,
          '--timeout',
          '60',
        ],
        {
          command: 'npx unmocked',
          tables,
          pageFolder: () => assert.fail(),
          chromium: ensureChromium,
        },
      ),
    );
    assert.equal(process.exitCode, 0);
    assert.deepEqual(started, [
      { run: null, env: {} },
      { run: 'a,c', env: { OPENAI_API_URL: api } },
    ]);
  } finally {
    process.exitCode = exitCode;
    server.closeAllConnections();
    server.close();
  }
});

test('a page whose run was stopped ends the command, with exit status 1', async () => {
  const stopped = PAGE.replace("dataset.unmocked = 'passed'", "dataset.unmocked = 'stopped'");
  assert.notEqual(stopped, PAGE);
  const server = createServer((request, response) => {
    if (request.url === '/start') response.end();
    else if (request.url === '/open') response.writeHead(204).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end(stopped);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const { exitCode } = process;
  try {
    const page = `http://127.0.0.1:${port}/`;
    await runCommand(['--page', page, '--run', 'a', '--timeout', '30'], {
      command: 'npx unmocked',
      tables: await loadTables(),
      pageFolder: () => assert.fail(),
      chromium: ensureChromium,
    });
    assert.equal(process.exitCode, 1);
  } finally {
    process.exitCode = exitCode;
    server.closeAllConnections();
    server.close();
  }
});
