import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const playwright = path.dirname(createRequire(import.meta.url).resolve('playwright-core'));

/**
 * `npx playwright run-server`, as somebody who wants browsers on another machine starts it. Between
 * it and its clients is a relay that keeps the headers of each connection.
 *
 * @param {string} executablePath The Chromium that it starts. Playwright would have downloaded its
 *   own.
 * @param {string[]} args
 */
export async function startPlaywrightServer(executablePath, ...args) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-playwright-'));
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, TMPDIR: folder, PLAYWRIGHT_BROWSERS_PATH: folder };
  putBrowser(executablePath, env);
  const child = spawn(
    process.execPath,
    [path.join(playwright, 'cli.js'), 'run-server', '--port', '0', ...args],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const address = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      const url = /Listening on (ws:\S+)/.exec(out)?.[1];
      if (url) resolve(url);
    });
    void ended.then(() => reject(new Error(`The Playwright server ended: ${out}`)));
  });
  const target = new URL(address);

  /** @type {import('node:http').IncomingHttpHeaders[]} */
  const connections = [];
  const relay = createServer();
  relay.on('upgrade', ({ method, url, headers, rawHeaders }, socket, head) => {
    connections.push(headers);
    let text = `${method} ${url} HTTP/1.1\r\n`;
    for (let at = 0; at < rawHeaders.length; at += 2)
      text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
    const onward = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ])
      from?.on('error', () => to?.destroy()).on('close', () => to?.destroy());
    onward.write(`${text}\r\n`);
    onward.write(head);
    onward.pipe(socket).pipe(onward);
  });
  await new Promise((resolve) => relay.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (relay.address());
  return {
    url: `ws://127.0.0.1:${port}/`,
    connections,
    /** Chromium's arguments of the last connection. @returns {string[]} */
    askedArguments: () =>
      JSON.parse(String(connections.at(-1)?.['x-playwright-launch-options'])).args,
    async close() {
      relay.close();
      // A signal does not end the server while it closes a browser.
      const signals = setInterval(() => child.kill(), 100);
      await ended;
      clearInterval(signals);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Puts a Chromium where Playwright looks for the one that it would have downloaded.
 *
 * @param {string} executablePath
 * @param {NodeJS.ProcessEnv} env
 */
function putBrowser(executablePath, env) {
  // Only its error says where that is.
  const ask = "require('.').chromium.launch().catch(({ message }) => console.log(message))";
  const { stdout } = spawnSync(process.execPath, ['-e', ask], {
    cwd: playwright,
    env,
    encoding: 'utf8',
  });
  const file = /Executable doesn't exist at (.+)/.exec(stdout)?.[1];
  if (!file) throw new Error(`Playwright does not say where it looks for a browser: ${stdout}`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexec '${executablePath}' "$@"\n`);
  chmodSync(file, 0o755);
}
