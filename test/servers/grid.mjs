import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';

/**
 * The part of a Selenium Grid that Playwright talks to: it makes sessions over WebDriver's HTTP, and
 * says at which address their browser speaks Chromium's own protocol. A real grid is a Java program
 * on several machines. This one starts a real Chromium here for each session.
 *
 * @param {string} executablePath
 */
export async function startGrid(executablePath) {
  /** @type {Record<string, any>[]} What was asked for. */
  const requests = [];
  /** @type {Map<string, () => void>} */
  const sessions = new Map();

  /** @param {string[]} args */
  async function start(args) {
    const profile = mkdtempSync(path.join(os.tmpdir(), 'unmocked-grid-'));
    const child = spawn(
      executablePath,
      ['--headless', ...args, `--user-data-dir=${profile}`, 'about:blank'],
      // A group of its own: the browser's other processes write into the profile, and end with it.
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const id = String(child.pid);
    sessions.set(id, () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      const patient = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 };
      void ended.then(() => rmSync(profile, patient));
    });
    let log = '';
    for await (const text of child.stderr.setEncoding('utf8')) {
      log += text;
      const address = /DevTools listening on (ws:\S+)/.exec(log)?.[1];
      if (address) {
        child.stderr.resume();
        return { id, address };
      }
    }
    throw new Error(`No browser: ${log}`);
  }

  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === 'POST' && request.url === '/wd/hub/session') {
        let body = '';
        for await (const text of request.setEncoding('utf8')) body += text;
        const capabilities = JSON.parse(body).capabilities.alwaysMatch;
        requests.push(capabilities);
        const { id, address } = await start(capabilities['goog:chromeOptions'].args);
        const value = { sessionId: id, capabilities: { 'se:cdp': address } };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ value }));
        return;
      }
      const [, id = ''] = /^\/wd\/hub\/session\/(.+)$/.exec(request.url ?? '') ?? [];
      const end = request.method === 'DELETE' ? sessions.get(id) : undefined;
      sessions.delete(id);
      end?.();
      response.writeHead(end ? 200 : 404).end('{"value":null}');
    })().catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/wd/hub`,
    requests,
    /** Sessions whose browser was not given back. */
    open: () => sessions.size,
    close() {
      for (const end of sessions.values()) end();
      server.closeAllConnections();
      server.close();
    },
  };
}
