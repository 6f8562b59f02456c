import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultClientConditions, defineConfig, type Connect, type Plugin } from 'vite';
import { ORT_FILES, ortFolder } from './scripts/lib/ort-files.mjs';
import { ISOLATION_HEADERS, sendFile } from './scripts/lib/static-files.mjs';

/** Sets the isolation headers on every answer, worker scripts included: `server.headers` misses some of Vite's own answers. */
const isolate: Connect.NextHandleFunction = (_req, res, next) => {
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) res.setHeader(name, value);
  next();
};

/**
 * Serves ONNX Runtime's own files under `ort/`, from the same origin as the page: out of node_modules in dev, as plain files
 * in the build. Left to itself transformers.js would fetch them from a CDN, and the bundler would inline or hash them.
 */
function ort(): Plugin {
  return {
    name: 'unmocked:ort',
    configureServer(server) {
      server.middlewares.use(isolate);
      server.middlewares.use('/ort', (req, res) => {
        const name = (req.url ?? '/').slice(1).replace(/[?#].*$/, '');
        sendFile(req, res, ortFolder(), ORT_FILES.includes(name) ? name : 'not-served');
      });
    },
    configurePreviewServer(server) {
      server.middlewares.use(isolate);
    },
    async generateBundle() {
      if (this.environment.config.mode === 'library') return;
      for (const name of ORT_FILES) {
        this.emitFile({
          type: 'asset',
          fileName: `ort/${name}`,
          source: await readFile(path.join(ortFolder(), name)),
        });
      }
    },
  };
}

/** The page looks for a config.toml beside it; without one the answer is empty, where a 404 would be an error in every console. */
function noConfig(): Plugin {
  const answer: Connect.NextHandleFunction = (req, res, next) => {
    if (req.url?.replace(/[?#].*$/, '') !== '/config.toml') return next();
    res.writeHead(204, { 'Cache-Control': 'no-cache' });
    res.end();
  };
  // Returned, so that it comes after those that serve files: a config.toml that is there is served.
  return {
    name: 'unmocked:no-config',
    configureServer: (server) => () => void server.middlewares.use(answer),
    configurePreviewServer: (server) => () => void server.middlewares.use(answer),
  };
}

/**
 * Variables of the environment (and of .env files) that the page is given as `import.meta.env`: see src/settings/environment.ts. What is built is
 * published, so it never holds the key; the library holds none of them.
 */
function envPrefix(command: 'build' | 'serve', library: boolean): string[] {
  if (library) return ['VITE_'];
  return ['OPENAI_API_URL', 'AF_LLM_MODEL', ...(command === 'serve' ? ['OPENAI_API_KEY'] : [])];
}

/** `vite build` makes the page (dist/); `vite build --mode library` makes the library (dist/lib/), which uses dist/ort and dist/models. */
export default defineConfig(({ command, mode }) => {
  const library = mode === 'library';
  return {
    // Relative, so that the built page works from any folder of any host.
    base: './',
    // 'mpa' answers a missing file with 404, where 'spa' would answer with index.html: see scripts/lib/static-files.mjs.
    appType: 'mpa',
    publicDir: library ? false : 'public',
    resolve: {
      // onnxruntime-web's default entry embeds its .mjs loader and has the bundler emit a second copy of its .wasm.
      conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
    },
    envPrefix: envPrefix(command, library),
    plugins: [ort(), noConfig()],
    // Named here, for a dependency that Vite finds late makes it reload the page, in the middle of a run.
    optimizeDeps: {
      include: [
        '@huggingface/transformers',
        'eventsource-parser',
        'hash-wasm',
        'lit',
        'lit/decorators.js',
        'lit/directives/live.js',
        'lit/directives/repeat.js',
        'smol-toml',
      ],
    },
    server: { host: '127.0.0.1', port: 5173, strictPort: true },
    preview: { host: '127.0.0.1', port: 4173, strictPort: true },
    worker: { format: 'es' },
    build: library
      ? {
          outDir: 'dist/lib',
          emptyOutDir: true,
          assetsInlineLimit: 0,
          target: 'es2022',
          minify: false,
          // Whoever bundles the library again would move the paths that preloading writes into it.
          modulePreload: false,
          // Not Vite's library mode: that one inlines every asset whatever the limit says.
          rolldownOptions: {
            input: { unmocked: 'src/index.ts', elements: 'src/components/index.ts' },
            preserveEntrySignatures: 'strict',
            output: { entryFileNames: '[name].js' },
          },
        }
      : { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 2000, assetsInlineLimit: 4096 },
  };
});
