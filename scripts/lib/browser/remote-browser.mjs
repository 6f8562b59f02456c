import { importPlaywright } from './playwright.mjs';

/*
 * Browsers on other machines. Playwright speaks to them, and the package does not contain it.
 */

const MISSING =
  '--connect and --grid need the package playwright-core, in the version of the server: ' +
  'npm install --save-dev playwright-core';

/** @throws {Error} that says how to install it. */
async function requirePlaywright() {
  const playwright = await importPlaywright();
  if (!playwright) throw new Error(MISSING);
  return playwright;
}

/**
 * A browser of a Playwright server: `npx playwright run-server`, or `launchServer()`.
 *
 * @param {string} address
 * @param {{ args: readonly string[], tunnel: boolean }} options `args`: Chromium's arguments. A
 *   server may ignore them: `run-server` of a newer Playwright takes them only with `--unsafe`, and
 *   the browser of `launchServer()` has started already. `tunnel`: the browser reaches this machine's
 *   loopback addresses through the connection. There the page is a secure context, which WebGPU,
 *   threads and storage need.
 */
export async function connectToPlaywright(address, { args, tunnel }) {
  const { chromium } = await requirePlaywright();
  return chromium
    .connect(address, {
      headers: { 'x-playwright-launch-options': JSON.stringify({ args }) },
      ...(tunnel && { exposeNetwork: '<loopback>' }),
    })
    .catch(unreachable('Playwright server', address));
}

/**
 * A browser of a Selenium Grid, by Playwright's own support for it.
 *
 * @param {string} address
 * @param {{ args: readonly string[] }} options Chromium's arguments.
 */
export async function launchOnGrid(address, { args }) {
  const { chromium } = await requirePlaywright();
  process.env.SELENIUM_REMOTE_URL = address; // Playwright reads it when it launches
  return chromium.launch({ args: [...args] }).catch(unreachable('Selenium Grid', address));
}

/**
 * @param {string} kind
 * @param {string} address
 * @returns {(cause: Error) => never}
 */
const unreachable = (kind, address) => (cause) => {
  // The addresses can hold a password.
  const { protocol, host } = new URL(address);
  const message = cause.message.replace(/^[\w.]+: /, '').split('\n')[0];
  throw new Error(`The ${kind} at ${protocol}//${host} gave no browser: ${message}`, { cause });
};
