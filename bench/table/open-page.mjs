import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** For a page to load. Milliseconds. */
const PATIENCE = 300_000;

/**
 * How to start browsers.
 *
 * @typedef {object} Launch
 * @property {import('playwright-core').BrowserType} chromium
 * @property {string} executablePath
 * @property {string[]} args
 */

/**
 * The functions that a page offers, by their names.
 *
 * @typedef {Record<string, (...args: any[]) => Promise<any>>} Offered Any: each page has its own.
 */

/**
 * An open page. `call` calls one of its functions.
 *
 * @template Side What the page offers as `globalThis.side`.
 * @typedef {object} OpenPage
 * @property {<Name extends keyof Side & string>(
 *   name: Name,
 *   ...args: Side[Name] extends (...args: infer A) => unknown ? A : never
 * ) => Promise<Side[Name] extends (...args: never[]) => infer R ? Awaited<R> : never>} call
 * @property {string} version Of the browser.
 * @property {() => Promise<unknown>} visit
 * @property {() => Promise<unknown>} reload
 * @property {() => Promise<void>} close
 */

/**
 * Opens a page in a browser with a new, empty profile on disk, as a first visit has it.
 *
 * @param {Launch} launch
 * @param {string} url
 * @returns {Promise<OpenPage<any>>} Any: the caller knows what the page offers.
 */
export async function openPage({ chromium, executablePath, args }, url) {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'unmocked-bench-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args });
  const page = context.pages()[0] ?? (await context.newPage());
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const describe = (/** @type {unknown} */ cause) => {
    const [message] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    const what = [message, ...errors].join('; ');
    return new Error(`${new URL(url).pathname}: ${what}`, { cause });
  };
  const attempt = async (/** @type {() => Promise<any>} Any: what the page answers. */ work) => {
    try {
      return await work();
    } catch (cause) {
      throw describe(cause);
    }
  };
  return {
    call: (name, ...args) =>
      attempt(() =>
        page.evaluate(
          ([key, values]) => {
            const { side } = /** @type {{ side?: Offered }} */ (
              /** @type {unknown} */ (globalThis)
            );
            const offered = side?.[key];
            if (!offered) throw new Error(`The page offers no ${key}()`);
            return offered(...values);
          },
          /** @type {const} */ ([name, args]),
        ),
      ),
    version: context.browser()?.version() ?? 'unknown',
    // A busy machine is no error.
    visit: () => attempt(() => page.goto(url, { timeout: PATIENCE })),
    reload: () => attempt(() => page.reload({ timeout: PATIENCE })),
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
