import { launchArguments } from '../browser/chromium.mjs';
import { launchChromium } from '../browser/pipe-browser.mjs';
import { connectToPlaywright, launchOnGrid } from '../browser/remote-browser.mjs';
import { checkWebGPU } from '../scenarios/page-run.mjs';

/** @typedef {import('../scenarios/page-run.mjs').Browser} Browser */

/**
 * Where a run's browser is, and what it has to reach.
 *
 * @typedef {object} Place
 * @property {string | undefined} connect
 * @property {string | undefined} grid
 * @property {boolean} webgpu
 * @property {string} executablePath The Chromium on this machine, for a run without the two above.
 * @property {readonly string[]} modules The addresses of the page, and of the agent if there is one.
 * @property {string | undefined} apiUrl The server for scenarios that need one.
 */

/**
 * The browser of a run: on this machine, of a Playwright server, or of a Selenium Grid.
 *
 * @param {Place} place
 * @returns {Promise<Browser>}
 */
export async function openBrowser({ connect, grid, webgpu, executablePath, modules, apiUrl }) {
  const args = launchArguments({ webgpu });
  if (!connect && !grid) return asBrowser(await launchChromium({ executablePath, args }));
  // Under plain http, only loopback addresses are a secure context by themselves.
  const insecure = new Set(modules.map((url) => new URL(url).origin));
  const origins = [...insecure].filter((origin) => origin.startsWith('http:'));
  if (origins.length > 0) args.push(`--unsafely-treat-insecure-origin-as-secure=${origins}`);
  if (grid) return asBrowser(await launchOnGrid(grid, { args }));
  // The user gives the addresses here, so their loopback is the one of this machine.
  const tunnel = [...modules, apiUrl].some((url) => url !== undefined && isLoopback(url));
  return asBrowser(await connectToPlaywright(connect ?? '', { args, tunnel }));
}

/** Playwright's types are wider. @param {unknown} browser */
const asBrowser = (browser) => /** @type {Browser} */ (browser);

/** The same names as those of Playwright's `<loopback>`. @param {string} url */
const isLoopback = (url) =>
  /^(?:(?:.+\.)?localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(url).hostname);

/**
 * Refuses a run that asked for WebGPU in a browser that has none. The browser of a Playwright server
 * may have started without our arguments.
 *
 * @param {Browser} browser
 * @param {string} page
 * @param {Pick<Place, 'connect'> & { device: string | undefined }} options
 * @param {import('../scenarios/page-run.mjs').PageOptions} pageOptions
 */
export async function requireWebGPU(browser, page, { connect, device }, pageOptions) {
  const { secure, adapter } = await checkWebGPU(browser, page, pageOptions);
  if (adapter) return;
  const option = device === 'webgpu' ? '--device webgpu' : '--webgpu';
  const { protocol, host } = new URL(connect ?? '');
  throw new Error(
    secure
      ? `${option}: the browser of the Playwright server at ${protocol}//${host} has no WebGPU ` +
          'adapter. "npx playwright run-server --unsafe" starts it as this command asks. A server ' +
          'of launchServer() needs args: ["--enable-unsafe-webgpu"]. Or use --device wasm'
      : `${option}: in the browser of the Playwright server at ${protocol}//${host}, the page at ` +
          `${new URL(page).origin} is no secure context, so it has no WebGPU. Use a page on https, ` +
          'or leave out --host and --page: the page is then served through a tunnel',
  );
}
