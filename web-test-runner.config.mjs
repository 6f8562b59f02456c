import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { playwrightLauncher } from '@web/test-runner-playwright';
import { findChromium, launchArguments } from './scripts/lib/browser/chromium.mjs';
import { bundledClients } from './scripts/lib/tests/bundled-clients.mjs';
import { bundledWorker } from './scripts/lib/tests/bundled-worker.mjs';
import { createMailbox, resultsReporter } from './scripts/lib/tests/wtr-results.mjs';
import { startOpenAiServer } from './scripts/lib/openai/server.mjs';
import { ortFolder } from './scripts/lib/serving/ort-files.mjs';
import { GROUPS, specFiles } from './scripts/lib/tests/spec-files.mjs';
import { sharedPages } from './scripts/lib/tests/shared-pages.mjs';
import { ISOLATION_HEADERS, sendFile } from './scripts/lib/serving/static-files.mjs';
import { loadTables } from './scripts/lib/typescript.mjs';
import { createHub } from './test/servers/hub.mjs';

/*
 * Specs run in two browser groups, each in a browser of its own, side by side:
 *
 *   wasm    no WebGPU flag: without a GPU, `requestAdapter()` is null, the genuine fallback. All of
 *           test/ except test/webgpu/
 *   webgpu  --enable-unsafe-webgpu: a real WebGPU device, SwiftShader's if there is no GPU.
 *           test/webgpu/ and test/both/
 *
 * What a spec finds in its page, on the page's own origin:
 *
 *   window.unmockedGroup    'wasm' or 'webgpu'
 *   /models/, /ort/         the bundled model and ONNX Runtime's files, with lengths, and real 404s
 *   /__counted/KEY/…        any file. /__counted/KEY alone answers with the paths that were asked for
 *                           under KEY, as JSON. Specs run side by side: each needs a key of its own
 *   /__hub/                 a hub in the Hugging Face layout, with faults on request: see
 *                           test/servers/hub.mjs
 *   /__stall/PART:N:KEY/…   any file; the first N requests under KEY for paths with PART in them are
 *                           never answered
 *   /mockServiceWorker.js   MSW's own
 *   /__report, /__print     POST a report for reports/unmocked.json, or a string for the console:
 *                           see scripts/lib/tests/wtr-results.mjs
 *   window.unmockedServer   `{ apiUrl, apiKey }` of an OpenAI-compatible server (server/) with the
 *                           bundled model, on another origin. `closedToUs` is the URL of a server
 *                           that refuses pages of this origin
 *   test/environment/       specs in this folder have that server in `process.env`, as test runners
 *                           give it to a page
 *   test/no-isolation/      specs in this folder run without COOP and COEP, so
 *                           `crossOriginIsolated` is really false
 *   /__no-isolation/…       any file without COOP and COEP. An isolated page cannot frame it: use
 *                           window.open()
 *
 * UNMOCKED_TEST_FILES (parts of paths, separated by spaces) and UNMOCKED_TEST_GROUP narrow a run.
 * `npm test -- --files … --group …` sets them.
 */

/** @typedef {import('koa').Context} Context */

const root = path.dirname(fileURLToPath(import.meta.url));
const NO_ISOLATION = '/__no-isolation/';
const executablePath = findChromium()?.executablePath;
const { ortFiles } = await loadTables();
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
/** How many requests each stalling address has had. @type {Map<string, number>} */
const stalls = new Map();
/** The paths that were asked for under each key. @type {Map<string, string[]>} */
const counted = new Map();
/** The spec files of each page. @type {Map<string, string[]>} */
const pages = new Map();
const hub = createHub({
  prefix: '/__hub',
  repos: { 'unmocked/tiny': [tinyModel], 'Xenova/distilgpt2': [tinyModel] },
});

/**
 * Answers a koa request with a plain request listener of Node.
 *
 * @param {Context} ctx
 * @param {import('node:http').RequestListener} listener
 */
function answer(ctx, listener) {
  ctx.respond = false;
  ctx.res.statusCode = 200;
  listener(ctx.req, ctx.res);
}

/**
 * @param {Context} ctx
 * @param {() => Promise<unknown>} next
 */
async function isolation(ctx, next) {
  if (ctx.path.startsWith(NO_ISOLATION)) {
    ctx.url = ctx.url.slice(NO_ISOLATION.length - 1);
    return next();
  }
  ctx.set(ISOLATION_HEADERS);
  await next();
  // Only the body of the runner's page names its spec.
  if (
    ctx.path === '/' &&
    typeof ctx.body === 'string' &&
    ctx.body.includes('/test/no-isolation/')
  ) {
    ctx.remove('Cross-Origin-Opener-Policy');
    ctx.remove('Cross-Origin-Embedder-Policy');
  }
  if (ctx.path === '/' && typeof ctx.body === 'string' && ctx.body.includes('/test/environment/')) {
    /** @satisfies {import('./src/settings/environment.js').Environment} */
    const env = {
      OPENAI_API_URL: server.apiUrl,
      OPENAI_API_KEY: server.apiKey,
      AF_LLM_MODEL: 'unmocked-tiny',
    };
    ctx.body = ctx.body.replace('<script>', `<script>window.process = ${JSON.stringify({ env })};`);
  }
}

/**
 * @param {Context} ctx
 * @param {() => Promise<unknown>} next
 */
async function serve(ctx, next) {
  const [, folder = ''] = ctx.path.split('/', 2);
  const rest = ctx.path.slice(folder.length + 2);
  switch (folder) {
    case '__stall': {
      const [rule = '', ...path] = rest.split('/');
      const [part = '', times] = rule.split(':');
      ctx.url = `/${path.join('/')}`;
      if (ctx.path.includes(part)) {
        const count = (stalls.get(rule) ?? 0) + 1;
        stalls.set(rule, count);
        if (count <= Number(times)) return void (ctx.respond = false);
      }
      return serve(ctx, next);
    }
    case '__hub':
      return answer(ctx, hub);
    case '__counted': {
      const [key = '', ...path] = rest.split('/');
      const asked = counted.get(key) ?? [];
      counted.set(key, asked);
      if (path.length === 0) return void (ctx.body = asked);
      asked.push(path.join('/'));
      ctx.url = `/${path.join('/')}`;
      return serve(ctx, next);
    }
    case '__report':
    case '__print':
      return answer(ctx, mailbox.listener);
    case 'mockServiceWorker.js':
      return answer(ctx, (req, res) =>
        sendFile(req, res, path.join(root, 'node_modules/msw/lib'), folder),
      );
    case 'models':
      return answer(ctx, (req, res) => sendFile(req, res, path.join(root, 'public/models'), rest));
    case 'ort':
      return answer(ctx, (req, res) =>
        sendFile(req, res, ortFolder(), ortFiles.includes(rest) ? rest : 'not-served'),
      );
    default:
      // The runner resolves './x.js' to x.ts in an import, but not in a `new URL`.
      if (ctx.path.endsWith('.js') && !ctx.path.startsWith('/node_modules/')) {
        const source = path.join(root, decodeURIComponent(ctx.path));
        if (!existsSync(source) && existsSync(source.replace(/\.js$/, '.ts'))) {
          ctx.path = ctx.path.replace(/\.js$/, '.ts');
        }
      }
      return next();
  }
}

/** @param {string} page */
const isLong = (page) => Number(/(test|faults|saboteurs|components)\.js$/.test(page));

/** @param {readonly string[]} files */
function openedPages(files) {
  const opened = sharedPages(root, files);
  for (const [page, inside] of opened) pages.set(page, inside);
  return [...opened.keys()];
}

/**
 * @param {import('./scripts/lib/tests/spec-files.mjs').Group} name
 * @returns {import('@web/test-runner').TestRunnerGroupConfig}
 */
function group(name) {
  const launcher = playwrightLauncher({
    product: 'chromium',
    launchOptions: { executablePath, args: launchArguments({ webgpu: name === 'webgpu' }) },
    // One of the long pages waits more than it computes. SwiftShader takes all cores for one page.
    concurrency: name === 'webgpu' ? 1 : 3,
  });
  launcher.name = `Chromium ${name}`;
  return {
    name,
    // The longest come first: at the end, nothing is left that could run beside them.
    files: openedPages(specFiles(root, name, only)).toSorted((a, b) => isLong(b) - isLong(a)),
    browsers: [launcher],
    testRunnerHtml: (framework) => `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Unmocked specs: ${name}</title></head>
  <body>
    <script>
      window.unmockedGroup = ${JSON.stringify(name)};
      window.unmockedServer = ${JSON.stringify(server)};
    </script>
    <script type="module" src="${framework}"></script>
  </body>
</html>`,
  };
}

// The runner treats a group without files as an error.
const groups = GROUPS.filter((name) => !onlyGroup || name === onlyGroup)
  .map(group)
  .filter(({ files }) => files?.length);

async function stopServers() {
  await closed.close();
  await openai.close();
}

/** @type {import('@web/test-runner').TestRunnerConfig} */
export default {
  rootDir: root,
  groups,
  nodeResolve: { exportConditions: ['browser', 'onnxruntime-web-use-extern-wasm'] },
  plugins: [
    { name: 'openai-server', serverStop: stopServers },
    bundledClients(root),
    bundledWorker(),
    esbuildPlugin({ ts: true, target: 'es2022', tsconfig: path.join(root, 'tsconfig.json') }),
  ],
  middleware: [isolation, serve],
  concurrency: 3,
  // SwiftShader leaves a sixth of the machine idle, and so does the end of the other group.
  concurrentBrowsers: 2,
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
      pages,
    }),
  ],
};
