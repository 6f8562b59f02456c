import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';

const MODULE = path.join(ROOT, 'scripts/lib/browser/chromium.mjs');

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-chromium-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} file Below the folder. */
function program(file) {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, '');
  chmodSync(target, 0o755);
  return target;
}

/**
 * What is found in a process of its own: Playwright reads the environment when it is loaded.
 *
 * @param {Record<string, string>} env
 */
function find(env) {
  const code = `const { findChromium } = await import(${JSON.stringify(MODULE)});
    console.log(JSON.stringify(findChromium()));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    env,
    encoding: 'utf8',
  });
  return JSON.parse(stdout || assert.fail(stderr));
}

test("Playwright's newest Chromium goes before one of the system, and CHROMIUM_PATH before both", () => {
  const system = program('bin/chromium');
  const env = {
    PATH: path.dirname(system),
    PLAYWRIGHT_BROWSERS_PATH: path.join(folder, 'playwright'),
  };
  assert.deepEqual(find(env), { executablePath: system, source: 'this system' });
  program('playwright/chromium-99/chrome-linux64/chrome');
  const newest = program('playwright/chromium-100/chrome-linux64/chrome');
  program('playwright/chromium_headless_shell-101/chrome-linux64/chrome');
  assert.deepEqual(find(env), { executablePath: newest, source: 'Playwright' });
  assert.deepEqual(find({ ...env, CHROMIUM_PATH: system }), {
    executablePath: system,
    source: 'CHROMIUM_PATH',
  });
});
