import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { findChromium, launchArguments } from './scripts/lib/chromium.mjs';
import { createMailbox, resultsReporter } from './scripts/lib/wtr-results.mjs';
import { startOpenAiServer } from './scripts/lib/openai-server.mjs';
import { ORT_FILES, ortFolder } from './scripts/lib/ort-files.mjs';
import { GROUPS, specFiles } from './scripts/lib/spec-files.mjs';
import { ISOLATION_HEADERS, sendFile } from './scripts/lib/static-files.mjs';
import { createHub } from './test/servers/hub.mjs';

/*
 * Specs run in two browser groups, in one run on one machine:
 *
 *   wasm    no WebGPU flag: `requestAdapter()` is null where there is no GPU, the genuine fallback. All of test/, but test/webgpu/
 *   webgpu  --enable-unsafe-webgpu: a real WebGPU device, SwiftShader's where there is no GPU. test/webgpu/ and test/both/
 *
 * What a spec can rely on in its page, all on its own origin:
 *
 *   window.unmockedGroup    'wasm' or 'webgpu'
 *   /models/, /ort/         the bundled model and ONNX Runtime's files, with lengths, and real 404s
 *   /__hub/                 a hub in the Hugging Face layout, with faults on request: test/servers/hub.mjs
 *   /__report, /__print     POST a report for reports/unmocked.json, or a text for the console: scripts/lib/wtr-results.mjs
 *   window.unmockedServer   `{ apiUrl, apiKey }` of an OpenAI-compatible server with the bundled model, on an origin of its own: server/;
 *                           `closedToUs` is the URL of another, which pages of this origin may not read
 *   test/environment/       specs in this folder have that server in `process.env`, as a test runner gives it to a page
 *   test/no-isolation/      specs in this folder run in a page without COOP and COEP, so `crossOriginIsolated` is really false
 *   /__no-isolation/…       any file, without COOP and COEP. An isolated page cannot frame it: open it with window.open()
 *
 * UNMOCKED_TEST_FILES (parts of paths, with spaces between) and UNMOCKED_TEST_GROUP narrow a run: `npm test -- --files … --group …`.
 */
const root = path.dirname(fileURLToPath(import.meta.url));
const NO_ISOLATION = '/__no-isolation/';
const executablePath = findChromium().executablePath;
const only = process.env.UNMOCKED_TEST_FILES?.split(' ').filter(Boolean);
const onlyGroup = process.env.UNMOCKED_TEST_GROUP;
const mailbox = createMailbox();
const tinyModel = path.join(root, 'public/models/unmocked-tiny');
const apiKey = 'sk-unmocked-specs';
const openai = await startOpenAiServer({ apiKey });
const closed = await startOpenAiServer({
  models: openai.models,
  origins: ['https://elsewhere.example'],
});
const server = { apiUrl: `${openai.url}/v1`, apiKey, closedToUs: `${closed.url}/v1` };
const hub = createHub({
  prefix: '/__hub',
  repos: { 'unmocked/tiny': [tinyModel], 'Xenova/distilgpt2': [tinyModel] },
});

/** Lets a plain Node request listener answer a koa request. */
function answer(ctx, listener) {
  ctx.respond = false;
  ctx.res.statusCode = 200;
  listener(ctx.req, ctx.res);
}

async function isolation(ctx, next) {
  if (ctx.path.startsWith(NO_ISOLATION)) {
    ctx.url = ctx.url.slice(NO_ISOLATION.length - 1);
    return next();
  }
  ctx.set(ISOLATION_HEADERS);
  await next();
  // The runner's page says only in its body which spec it is for.
  if (
    ctx.path === '/' &&
    typeof ctx.body === 'string' &&
    ctx.body.includes('/test/no-isolation/')
  ) {
    ctx.remove('Cross-Origin-Opener-Policy');
    ctx.remove('Cross-Origin-Embedder-Policy');
  }
  if (ctx.path === '/' && typeof ctx.body === 'string' && ctx.body.includes('/test/environment/')) {
    const env = {
      OPENAI_API_URL: server.apiUrl,
      OPENAI_API_KEY: server.apiKey,
      AF_LLM_MODEL: 'unmocked-tiny',
    };
    ctx.body = ctx.body.replace('<script>', `<script>window.process = ${JSON.stringify({ env })};`);
  }
}

async function serve(ctx, next) {
  const [, folder] = ctx.path.split('/', 2);
  const rest = ctx.path.slice(folder.length + 2);
  switch (folder) {
    case '__hub':
      return answer(ctx, hub);
    case '__report':
    case '__print':
      return answer(ctx, mailbox.listener);
    case 'models':
      return answer(ctx, (req, res) => sendFile(req, res, path.join(root, 'public/models'), rest));
    case 'ort':
      return answer(ctx, (req, res) =>
        sendFile(req, res, ortFolder(), ORT_FILES.includes(rest) ? rest : 'not-served'),
      );
    default:
      // The runner resolves `import './x.js'` to x.ts, but `new URL('./x.js', import.meta.url)` arrives here as it is.
      if (ctx.path.endsWith('.js') && !ctx.path.startsWith('/node_modules/')) {
        const source = path.join(root, decodeURIComponent(ctx.path));
        if (!existsSync(source) && existsSync(source.replace(/\.js$/, '.ts'))) {
          ctx.path = ctx.path.replace(/\.js$/, '.ts');
        }
      }
      return next();
  }
}

function group(name) {
  const launcher = playwrightLauncher({
    product: 'chromium',
    launchOptions: { executablePath, args: launchArguments({ webgpu: name === 'webgpu' }) },
    // One page at a time: parallel inference on a small machine makes every timing and timeout a matter of luck.
    concurrency: 1,
  });
  launcher.name = `Chromium ${name}`;
  return {
    name,
    files: specFiles(root, name, only),
    browsers: [launcher],
    testRunnerHtml: (framework) => `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Unmocked specs: ${name}</title></head>
  <body>
    <script>window.unmockedGroup = ${JSON.stringify(name)}; window.unmockedServer = ${JSON.stringify(server)};</script>
    <script type="module" src="${framework}"></script>
  </body>
</html>`,
  };
}

// A group without files is left out: the runner treats an empty list as an error.
const groups = GROUPS.filter((name) => !onlyGroup || name === onlyGroup)
  .map(group)
  .filter(({ files }) => files.length > 0);

export default {
  rootDir: root,
  groups,
  nodeResolve: { exportConditions: ['browser', 'onnxruntime-web-use-extern-wasm'] },
  plugins: [
    { name: 'openai-server', serverStop: () => Promise.all([openai.close(), closed.close()]) },
    esbuildPlugin({ ts: true, target: 'es2022', tsconfig: path.join(root, 'tsconfig.json') }),
  ],
  middleware: [isolation, serve],
  concurrency: 1,
  concurrentBrowsers: 1,
  browserStartTimeout: 120_000,
  testsStartTimeout: 120_000,
  testsFinishTimeout: 30 * 60_000,
  testFramework: { config: { ui: 'bdd', timeout: 120_000 } },
  reporters: [
    defaultReporter({ reportTestResults: true, reportTestProgress: false }),
    resultsReporter({
      file: process.env.UNMOCKED_RESULTS ?? path.join(root, 'reports/specs.json'),
      mailbox,
      root,
    }),
  ],
};
