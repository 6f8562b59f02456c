import { statSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ensureChromium, launchArguments } from '../../scripts/lib/browser/chromium.mjs';
import { buildPage, serveBuild, serveFolder } from '../../scripts/lib/browser/serve-build.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { ortFolder } from '../../scripts/lib/serving/ort-files.mjs';

export { ROOT };

/**
 * Serves the built page. `npm test` builds it once for all specs; a spec that is run in another way builds
 * it for itself.
 */
export const servePage = async () =>
  serveFolder(ROOT, process.env['UNMOCKED_TEST_PAGE'] ?? (await buildPage(ROOT, 'test-page')));

/**
 * Builds the page into a folder of its own and serves it, for a spec that looks at the build or changes
 * what it is made of.
 *
 * @param {string} name
 * @param {import('vite').InlineConfig} [config] Merged into the project's own.
 */
export const serveOwnPage = (name, config) => serveBuild(ROOT, name, config);

/** Megabytes of the bundled model in q8 on WASM with ONNX Runtime, as the page says them. */
export function firstDownload() {
  const model = path.join(ROOT, 'public/models/unmocked-tiny');
  const files = [
    ...['config', 'generation_config', 'tokenizer', 'tokenizer_config'].map((name) =>
      path.join(model, `${name}.json`),
    ),
    path.join(model, 'onnx/model_quantized.onnx'),
    path.join(ortFolder(), 'ort-wasm-simd-threaded.wasm'),
  ];
  return (files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6).toFixed(1);
}

export const launch = () => chromium.launch(launchOptions());

export const launchOptions = () => ({
  executablePath: ensureChromium(),
  args: launchArguments(),
});

/**
 * Runs work with some environment variables changed, then restores them.
 *
 * @template T
 * @param {Record<string, string | undefined>} variables
 * @param {() => T | Promise<T>} work
 */
export async function withEnvironment(variables, work) {
  const before = Object.fromEntries(
    Object.keys(variables).map((name) => [name, process.env[name]]),
  );
  /** @param {Record<string, string | undefined>} values */
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
