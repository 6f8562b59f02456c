import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

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
      .filter(Boolean)
      .flatMap((folder) => apps.map((app) => path.join(folder, app)));
  }
  return ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'].flatMap((folder) =>
    [...COMMANDS, 'chrome'].map((command) => path.join(folder, command)),
  );
}

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
    const file = require('playwright-core').chromium.executablePath();
    return file && existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
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
 * A Chromium that is already here, as `{ executablePath, source }`, or `{}`. CHROMIUM_PATH decides alone where it is set: one that
 * cannot be run is an error, never a reason to test with some other browser.
 */
export function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (!isExecutable(asked)) {
      throw new Error(
        `CHROMIUM_PATH is "${asked}", which is not an executable file. Point it at a Chromium, or unset it to have one found.`,
      );
    }
    return { executablePath: asked, source: 'CHROMIUM_PATH' };
  }
  const own = playwrightsOwn();
  if (own) return { executablePath: own, source: 'Playwright' };
  const system = onTheSystem();
  return system ? { executablePath: system, source: 'this system' } : {};
}

function run(command, args, env = {}) {
  console.log(`> ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/** The ways to install one, in the order they are tried. */
function installers() {
  const cli = path.join(path.dirname(require.resolve('playwright-core/package.json')), 'cli.js');
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

/** Finds a Chromium or installs one, saying what it does, and returns its path; throws one line that says what to do where it cannot. */
export function ensureChromium() {
  let found = findChromium();
  for (const [name, install] of found.executablePath ? [] : installers()) {
    console.log(`No Chromium found: installing one with ${name}.`);
    if (!install()) console.log(`Installing with ${name} did not work.`);
    found = findChromium();
    if (found.executablePath) break;
  }
  if (!found.executablePath) {
    throw new Error(
      'No Chromium found, and none could be installed: install Chromium or Chrome, or set CHROMIUM_PATH to one.',
    );
  }
  console.log(`Chromium: ${found.executablePath} (from ${found.source})`);
  return found.executablePath;
}

/** The arguments that every headless Chromium of this project is started with. With `webgpu`, WebGPU without a GPU too. */
export function launchArguments({ webgpu = false } = {}) {
  const args = [
    // Each of these otherwise reaches outside, which makes a run slower and depend on the network.
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-quic',
    '--no-first-run',
    '--no-default-browser-check',
    // performance.measureUserAgentSpecificMemory() otherwise waits for the next garbage collection: half a minute, or for ever.
    '--enable-blink-features=ForceEagerMeasureMemory',
    // A page in the background would have its timers slowed down.
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
  ];
  // Chromium's sandbox does not start for root, which is what containers and CI run as.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  // Gives a machine without a GPU a real WebGPU device, computed by SwiftShader.
  if (webgpu) args.push('--enable-unsafe-webgpu');
  return args;
}
