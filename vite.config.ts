import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultClientConditions, defineConfig, type Connect, type Plugin } from 'vite';
import { bundleEngineWorker } from './scripts/lib/package/engine-worker.mjs';
import { WORKER_FILE } from './scripts/lib/package/own-files.mjs';
import { ortFolder } from './scripts/lib/serving/ort-files.mjs';
import { ISOLATION_HEADERS, sendFile } from './scripts/lib/serving/static-files.mjs';
import { ortFiles } from './src/engine/ort-files.js';
import { environmentNames } from './src/settings/environment.js';

/**
 * Sets the isolation headers on every answer, worker scripts included. `server.headers` misses some
 * of Vite's own answers.
 */
const isolate: Connect.NextHandleFunction = (_req, res, next) => {
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) res.setHeader(name, value);
  next();
};

/**
 * Serves ONNX Runtime's files under `ort/`, from the page's own origin: from node_modules in dev,
 * as plain files in the build. By default transformers.js fetches them from a CDN, and the bundler
 * inlines or hashes them.
 */
function ort(): Plugin {
  return {
    name: 'unmocked:ort',
    configureServer(server) {
      server.middlewares.use(isolate);
      server.middlewares.use('/ort', (req, res) => {
        const name = (req.url ?? '/').slice(1).replace(/[?#].*$/, '');
        sendFile(req, res, ortFolder(), ortFiles.includes(name) ? name : 'not-served');
      });
    },
    configurePreviewServer(server) {
      server.middlewares.use(isolate);
    },
    async generateBundle() {
      for (const name of ortFiles) {
        this.emitFile({
          type: 'asset',
          fileName: `ort/${name}`,
          source: await readFile(path.join(ortFolder(), name)),
        });
      }
    },
  };
}

/** The built page starts the engine from the package's own file, so that a package has it once. */
function engineWorker(): Plugin {
  const file = `lib/${WORKER_FILE}`;
  const source = "new URL('./runtime/worker.ts', import.meta.url)";
  return {
    name: 'unmocked:engine-worker',
    apply: 'build',
    transform: {
      filter: { id: /\/src\/engine\/own-files\.ts$/ },
      order: 'pre',
      handler(code) {
        if (!code.includes(source)) this.error(`src/engine/own-files.ts has no ${source}`);
        return code.replace(source, `new URL('${file}', ownFolder())`);
      },
    },
    async generateBundle() {
      const { code } = await bundleEngineWorker();
      this.emitFile({ type: 'asset', fileName: file, source: code });
    },
  };
}

/**
 * The page looks for a config.toml beside it. If there is none, the answer is empty: a 404 would
 * show as an error in every console.
 */
function noConfig(): Plugin {
  const answer: Connect.NextHandleFunction = (req, res, next) => {
    if (req.url?.replace(/[?#].*$/, '') !== '/config.toml') return next();
    res.writeHead(204, { 'Cache-Control': 'no-cache' });
    res.end();
  };
  // Vite adds a returned middleware after its own, so an existing config.toml is served.
  return {
    name: 'unmocked:no-config',
    configureServer: (server) => () => void server.middlewares.use(answer),
    configurePreviewServer: (server) => () => void server.middlewares.use(answer),
  };
}

/**
 * The environment variables (and those of .env files) that the page finds in `import.meta.env`: see
 * src/settings/environment.ts. A build is published, so it must not hold the key.
 */
function envPrefix(command: 'build' | 'serve'): string[] {
  return environmentNames.filter((name) => command === 'serve' || name !== 'OPENAI_API_KEY');
}

/** The page. The package's library is made by scripts/lib/package/library.mjs. */
export default defineConfig(({ command }) => {
  return {
    // Relative: the built page works in any folder of any host.
    base: './',
    // 'mpa' answers 404 for a missing file, 'spa' answers index.html, which would do harm: see
    // scripts/lib/serving/static-files.mjs.
    appType: 'mpa',
    resolve: {
      // onnxruntime-web's default entry embeds its .mjs loader, and the bundler would emit a second
      // .wasm file.
      conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
    },
    envPrefix: envPrefix(command),
    plugins: [ort(), engineWorker(), noConfig()],
    // Names all dependencies: if Vite finds one late, it reloads the page, even during a run.
    optimizeDeps: {
      include: [
        '@huggingface/transformers',
        'eventsource-parser',
        'hono',
        'hash-wasm',
        'lit',
        'lit/decorators.js',
        'lit/directives/live.js',
        'lit/directives/repeat.js',
        'smol-toml',
        'valibot',
      ],
    },
    server: { host: '127.0.0.1', port: 5173, strictPort: true },
    preview: { host: '127.0.0.1', port: 4173, strictPort: true },
    worker: { format: 'es' },
    build: {
      outDir: 'dist',
      target: 'es2022',
      // The elements' style sheets, which no tool lowers, have light-dark() as well. Lowered, it would
      // follow the system alone, and not the theme that the user or the page chose.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      chunkSizeWarningLimit: 2000,
      assetsInlineLimit: 4096,
      // Every browser that can run this page supports module preloading.
      modulePreload: { polyfill: false },
    },
  };
});
