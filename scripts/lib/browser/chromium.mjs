import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { requirePlaywright } from './playwright.mjs';

const require = createRequire(import.meta.url);

const COMMANDS = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];

function usualPlaces() {
  if (process.platform === 'darwin') {
    const apps = [
      'Google Chrome.app/Contents/MacOS/Google Chrome',
      'Chromium.app/Contents/MacOS/Chromium',
      'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ];
    return ['/Applications', path.join(os.homedir(), 'Applications')].flatMap((folder) =>
      apps.map((app) => path.join(folder, app)),
    );
  }
  if (process.platform === 'win32') {
    const { PROGRAMFILES, LOCALAPPDATA, 'PROGRAMFILES(X86)': PROGRAMFILES_X86 } = process.env;
    const apps = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return [PROGRAMFILES, PROGRAMFILES_X86, LOCALAPPDATA]
      .flatMap((folder) => folder ?? [])
      .flatMap((folder) => apps.map((app) => path.join(folder, app)));
  }
  return ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'].flatMap((folder) =>
    [...COMMANDS, 'chrome'].map((command) => path.join(folder, command)),
  );
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function playwrightsOwn() {
  try {
    const file = requirePlaywright()?.chromium.executablePath();
    return file && existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** The folder in which Playwright keeps browsers, for a machine without the package itself. */
function playwrightFolder() {
  const { PLAYWRIGHT_BROWSERS_PATH: asked, LOCALAPPDATA } = process.env;
  if (asked && asked !== '0') return asked;
  if (process.platform === 'win32') return path.join(LOCALAPPDATA ?? '', 'ms-playwright');
  const caches = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return path.join(os.homedir(), caches, 'ms-playwright');
}

/** The newest Chromium that `npx playwright install chromium` has left on this machine. */
function downloadedByPlaywright() {
  const folder = playwrightFolder();
  if (!existsSync(folder)) return undefined;
  const versions = readdirSync(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .toSorted((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  const programs = [
    'chrome',
    'chrome.exe',
    'Chromium.app/Contents/MacOS/Chromium',
    'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  ];
  return versions
    .flatMap((version) =>
      readdirSync(path.join(folder, version)).flatMap((system) =>
        programs.map((program) => path.join(folder, version, system, program)),
      ),
    )
    .find(isExecutable);
}

function onTheSystem() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .flatMap((folder) => COMMANDS.map((command) => path.join(folder, command + suffix)));
  return [...onPath, ...usualPlaces()].find(isExecutable);
}

/**
 * A Chromium on this machine, or `undefined`. If CHROMIUM_PATH is set, only that one counts.
 *
 * @returns {{ executablePath: string, source: string } | undefined}
 * @throws {Error} if CHROMIUM_PATH is not executable. Another browser would hide the mistake.
 */
export function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (!isExecutable(asked)) {
      throw new Error(
        `CHROMIUM_PATH is "${asked}", which is not an executable file. ` +
          'Set it to a Chromium, or unset it and one is looked for.',
      );
    }
    return { executablePath: asked, source: 'CHROMIUM_PATH' };
  }
  const own = playwrightsOwn() ?? downloadedByPlaywright();
  if (own) return { executablePath: own, source: 'Playwright' };
  const system = onTheSystem();
  return system ? { executablePath: system, source: 'this system' } : undefined;
}

/** How to get a Chromium on a system. @param {NodeJS.Platform} platform */
export function chromiumAdvice(platform) {
  /** @type {Partial<Record<NodeJS.Platform, string>>} */
  const own = {
    linux: 'apt-get install chromium, dnf install chromium, or',
    darwin: 'brew install --cask google-chrome, or',
    win32: 'winget install Google.Chrome, or',
  };
  return (
    [own[platform], 'npx playwright install chromium'].filter(Boolean).join(' ') +
    '. Or set CHROMIUM_PATH to a Chromium, Chrome or Edge'
  );
}

/**
 * The path of a Chromium on this machine. Installs nothing.
 *
 * @throws {Error} that says how to get one.
 */
export function requireChromium() {
  const found = findChromium();
  if (found) return found.executablePath;
  throw new Error(`No Chromium found. Install one: ${chromiumAdvice(process.platform)}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function run(command, args, env = {}) {
  console.log(`> ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/** The ways to install a Chromium, in the order in which they are tried. */
function installers() {
  const cli = path.join(path.dirname(require.resolve('playwright-core/package.json')), 'cli.js');
  /** @type {[name: string, install: () => boolean][]} */
  const list = [['Playwright', () => run(process.execPath, [cli, 'install', 'chromium'])]];
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    list.push([
      'apt-get',
      () => run('apt-get', ['update'], env) && run('apt-get', ['install', '-y', 'chromium'], env),
    ]);
  }
  return list;
}

/**
 * The path of a Chromium; installs one if there is none, and says so.
 *
 * @throws {Error} of one line, with the remedy.
 */
export function ensureChromium() {
  let found = findChromium();
  for (const [name, install] of found ? [] : installers()) {
    console.log(`No Chromium found: installing one with ${name}.`);
    if (!install()) console.log(`Installing with ${name} did not work.`);
    found = findChromium();
    if (found) break;
  }
  if (!found) {
    throw new Error(
      'No Chromium found, and none could be installed: ' +
        'install Chromium or Chrome, or set CHROMIUM_PATH to one.',
    );
  }
  console.log(`Chromium: ${found.executablePath} (from ${found.source})`);
  return found.executablePath;
}

/**
 * The arguments for every headless Chromium of this project, beside those of whoever starts it:
 * Playwright, or ./pipe-browser.mjs. `webgpu` turns WebGPU on, even without a GPU.
 *
 * @param {{ webgpu?: boolean }} [options]
 */
export function launchArguments({ webgpu = false } = {}) {
  const args = [
    // Without these, Chromium contacts its own servers. That is slow, and no run may depend on it.
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-quic',
    '--no-first-run',
    '--no-default-browser-check',
    // Without this, measureUserAgentSpecificMemory() waits for the next garbage collection, which
    // takes half a minute or never comes.
    '--enable-blink-features=ForceEagerMeasureMemory',
    // Chromium slows timers down in pages in the background.
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
  ];
  // Without a GPU, SwiftShader computes for a real WebGPU device.
  if (webgpu) args.push('--enable-unsafe-webgpu');
  return args;
}
