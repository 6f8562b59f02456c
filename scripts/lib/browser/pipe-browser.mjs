import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/*
 * Drives a Chromium on this machine over its debugging pipe, with Node's own modules only: the
 * package has no dependencies. The objects have the part of Playwright's interface that a run of
 * scenarios uses, so that a browser of Playwright's can take their place. See
 * docs/decisions/0013-our-own-driver.md.
 */

const START_MS = 60_000;
const CLOSE_MS = 5000;
/** How much of Chromium's own output an error repeats. */
const LOG_LINES = 6;

/** Beside those of `launchArguments`. Playwright passes the same. */
const ARGUMENTS = [
  '--headless',
  // Chromium's sandbox starts neither for root nor where users may not make namespaces, as on Ubuntu
  // 24.04 and in many containers, and Chromium then ends with "No usable sandbox!". The browser only
  // opens pages that we serve or that the user names. Playwright's `chromiumSandbox` is false by
  // default, too.
  '--no-sandbox',
  '--hide-scrollbars',
  '--mute-audio',
  '--disable-dev-shm-usage',
  '--disable-breakpad',
  '--disable-back-forward-cache',
  '--disable-extensions',
  '--disable-hang-monitor',
  '--disable-popup-blocking',
  '--disable-features=Translate,MediaRouter,OptimizationHints',
  '--force-color-profile=srgb',
  '--metrics-recording-only',
  '--password-store=basic',
  '--use-mock-keychain',
  '--enable-automation',
  '--no-startup-window',
  '--remote-debugging-pipe',
];

/**
 * @typedef {object} Message
 * @property {number} [id]
 * @property {string} [method]
 * @property {Record<string, any>} [params]
 * @property {string} [sessionId]
 * @property {Record<string, any>} [result]
 * @property {{ message: string }} [error]
 */

/** The protocol's messages: JSON, each followed by a zero byte, over two pipes. */
class Connection extends EventEmitter {
  #writer;
  #nextId = 1;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  #calls = new Map();
  /** @type {Error | undefined} */
  #ended;

  /**
   * @param {import('node:stream').Writable} writer
   * @param {import('node:stream').Readable} reader
   */
  constructor(writer, reader) {
    super();
    this.setMaxListeners(0);
    this.#writer = writer;
    /** @type {Buffer[]} */
    let pieces = [];
    reader.on('data', (/** @type {Buffer} */ data) => {
      let start = 0;
      for (let end = data.indexOf(0); end !== -1; end = data.indexOf(0, start)) {
        pieces.push(data.subarray(start, end));
        this.#receive(JSON.parse(Buffer.concat(pieces).toString()));
        pieces = [];
        start = end + 1;
      }
      pieces.push(data.subarray(start));
    });
    // The browser's end is reported by its exit.
    for (const stream of [writer, reader]) stream.on('error', () => undefined);
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @param {string} [sessionId]
   * @returns {Promise<any>} What the protocol says of the method.
   */
  send(method, params = {}, sessionId) {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#writer.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** @param {Error} error */
  end(error) {
    this.#ended ??= error;
    for (const { reject } of this.#calls.values()) reject(this.#ended);
    this.#calls.clear();
  }

  /** @param {Message} message */
  #receive({ id, method, params, sessionId, result, error }) {
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (id !== undefined) this.#calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else if (call) call.resolve(result);
    else if (method) this.emit(sessionId ?? 'browser', method, params);
  }
}

/**
 * A page. Emits `crash`, `close`, `pageerror` (an Error) and `console` (an object with the methods
 * `type` and `text`).
 */
class Page extends EventEmitter {
  #connection;
  #targetId;
  #sessionId;

  /**
   * @param {Connection} connection
   * @param {string} targetId
   * @param {string} sessionId
   */
  constructor(connection, targetId, sessionId) {
    super();
    this.#connection = connection;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
    connection.on(sessionId, (method, params) => this.#event(method, params));
  }

  /**
   * @param {Connection} connection
   * @returns {Promise<Page>}
   */
  static async open(connection) {
    const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await connection.send('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const page = new Page(connection, targetId, sessionId);
    connection.on('browser', (method, params) => {
      if (method === 'Target.detachedFromTarget' && params.sessionId === sessionId)
        page.emit('close');
    });
    for (const domain of ['Page', 'Runtime', 'Log', 'Inspector'])
      await page.#send(`${domain}.enable`);
    return page;
  }

  /**
   * Runs a function in every document, before the document's own code.
   *
   * @template A
   * @param {(argument: A) => void} script It can use nothing but its argument.
   * @param {A} [argument] JSON.
   */
  async addInitScript(script, argument) {
    await this.#send('Page.addScriptToEvaluateOnNewDocument', { source: call(script, argument) });
  }

  /**
   * Resolves as soon as the browser has decided to show the answer.
   *
   * @param {string} address
   * @param {{ timeout: number, waitUntil?: 'commit' }} options `timeout` in milliseconds.
   * @returns {Promise<{ ok(): boolean, status(): number }>}
   */
  async goto(address, { timeout }) {
    const { errorText } = await within(
      timeout,
      this.#send('Page.navigate', { url: address }),
      `no answer after ${timeout / 1000} s`,
    );
    if (errorText) throw new Error(errorText);
    const status = await this.evaluate(() => {
      const [entry] = performance.getEntriesByType('navigation');
      return /** @type {PerformanceNavigationTiming | undefined} */ (entry)?.responseStatus ?? 0;
    }, undefined);
    // 0: the address has no status, as with file: and data:.
    return { ok: () => status === 0 || (status >= 200 && status < 300), status: () => status };
  }

  /**
   * Runs a function in the page.
   *
   * @template A, R
   * @param {(argument: A) => R} script It can use nothing but its argument.
   * @param {A} [argument] JSON.
   * @returns {Promise<Awaited<R>>} As JSON.
   */
  async evaluate(script, argument) {
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      expression: call(script, argument),
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(describeException(exceptionDetails));
    return result.value;
  }

  /** Closes the page. Code that waits in it does not hold it. */
  async close() {
    await this.#connection.send('Target.closeTarget', { targetId: this.#targetId });
  }

  /** Crashes the page on purpose. */
  async crash() {
    await this.#send('Page.crash');
  }

  /**
   * @param {string} method
   * @param {object} [params]
   */
  #send(method, params) {
    return this.#connection.send(method, params, this.#sessionId);
  }

  /**
   * @param {string} method
   * @param {Record<string, any>} params
   */
  #event(method, params) {
    if (method === 'Inspector.targetCrashed') this.emit('crash');
    else if (method === 'Runtime.exceptionThrown')
      this.emit('pageerror', new Error(describeException(params.exceptionDetails)));
    else if (method === 'Runtime.consoleAPICalled')
      this.#emitConsole(params.type, params.args.map(describeValue).join(' '));
    else if (method === 'Log.entryAdded') this.#emitConsole(params.entry.level, params.entry.text);
  }

  /**
   * @param {string} type
   * @param {string} text
   */
  #emitConsole(type, text) {
    this.emit('console', { type: () => type, text: () => text });
  }
}

/** A browser. Emits `disconnected` when it has ended. */
class Browser extends EventEmitter {
  #connection;
  #closed;

  /**
   * @param {Connection} connection
   * @param {() => Promise<void>} closed Ends the process and removes its files.
   */
  constructor(connection, closed) {
    super();
    this.#connection = connection;
    this.#closed = closed;
  }

  newPage() {
    return Page.open(this.#connection);
  }

  async close() {
    await within(CLOSE_MS, this.#connection.send('Browser.close'), '').catch(() => undefined);
    await this.#closed();
  }
}

/**
 * Starts a Chromium without a window. It ends with this process.
 *
 * @param {{ executablePath: string, args: readonly string[], startMs?: number }} options
 * @returns {Promise<Browser>}
 * @throws {Error} with Chromium's last lines of output if it does not start.
 */
export async function launchChromium({ executablePath, args, startMs = START_MS }) {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'unmocked-'));
  const child = spawn(
    executablePath,
    [...ARGUMENTS, ...args, `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
  /** @type {string[]} */
  let log = [];
  child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    log = [...log, ...text.split('\n').filter(Boolean)].slice(-LOG_LINES);
  });
  const [, , , writer, reader] = child.stdio;
  const connection = new Connection(
    /** @type {import('node:stream').Writable} */ (writer),
    /** @type {import('node:stream').Readable} */ (reader),
  );
  /** @type {Promise<string>} */
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (status, signal) =>
      resolve(`it ended with ${signal ?? `status ${status}`}`),
    );
  });
  const removeProfile = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  const killNow = () => {
    child.kill('SIGKILL');
    removeProfile();
  };
  process.once('exit', killNow);
  const browser = new Browser(connection, async () => {
    const hangs = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await exited;
    clearTimeout(hangs);
    process.off('exit', killNow);
    removeProfile();
  });
  void exited.then((reason) => {
    connection.end(new Error(`The browser is gone: ${reason}`));
    browser.emit('disconnected');
  });
  try {
    await within(startMs, connection.send('Browser.getVersion'), `silent for ${startMs / 1000} s`);
    return browser;
  } catch (cause) {
    child.kill('SIGKILL');
    const reason = await exited;
    process.off('exit', killNow);
    removeProfile();
    const { message } = /** @type {Error} */ (cause);
    throw new Error(
      `Chromium did not start (${executablePath}): ` +
        [message.startsWith('silent') ? message : reason, ...log].join('\n  '),
      { cause },
    );
  }
}

/**
 * A call of a function, as source code.
 *
 * @template A
 * @param {(argument: A) => unknown} script
 * @param {A} [argument]
 */
const call = (script, argument) => `(${script})(${JSON.stringify(argument) ?? ''})`;

/** @param {Record<string, any>} details */
const describeException = ({ exception, text }) =>
  exception?.description?.split('\n    at ')[0] ?? exception?.value ?? text;

/** @param {Record<string, any>} value */
const describeValue = ({ value, description, type }) =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : String(value ?? description ?? type);

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @param {string} message
 * @returns {Promise<T>}
 */
async function within(ms, promise, message) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
