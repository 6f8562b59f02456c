import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { chromium } from 'playwright-core';
import { ensureChromium, launchArguments } from '../../scripts/lib/chromium.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the page into a folder of its own and serves it: `{ url, outDir, close }`. `config` is merged into the project's own. */
export async function servePage(name, config = {}) {
  const outDir = path.join(ROOT, '.cache', name);
  const options = { root: ROOT, logLevel: 'warn', ...config };
  await build({ ...options, build: { outDir, emptyOutDir: true } });
  const server = await preview({
    ...options,
    build: { outDir },
    preview: { port: 0, strictPort: false },
  });
  return { url: server.resolvedUrls.local[0], outDir, close: () => server.close() };
}

export const launch = () =>
  chromium.launch({ executablePath: ensureChromium(), args: launchArguments() });

/** Runs work with variables of the environment set, and puts those back that were there. */
export async function withEnvironment(variables, work) {
  const before = Object.fromEntries(
    Object.keys(variables).map((name) => [name, process.env[name]]),
  );
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(variables);
  try {
    return await work();
  } finally {
    set(before);
  }
}
