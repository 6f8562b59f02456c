import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { ortFolder } from './scripts/lib/serving/ort-files.mjs';

const require = createRequire(import.meta.url);
const NATIVE = 'requireFromHere("onnxruntime-node")';

/**
 * Makes the Node build of transformers.js compute with ONNX Runtime's WASM. Its files are in the
 * package anyway, for the page. It fails if transformers.js does not look as expected.
 */
function wasmInNode(): Plugin {
  const web = JSON.stringify(path.join(ortFolder(), 'ort.node.min.mjs'));
  return {
    name: 'unmocked:wasm-in-node',
    enforce: 'pre',
    transform(code, id) {
      if (!id.replaceAll('\\', '/').endsWith('transformers/dist/transformers.node.mjs'))
        return undefined;
      if (code.split(NATIVE).length !== 2)
        this.error(`transformers.js no longer has one ${NATIVE}: see how it loads its runtime`);
      return {
        code: `import * as onnxRuntimeWeb from ${web};\n${code.replace(NATIVE, 'onnxRuntimeWeb')}`,
        map: null,
      };
    },
  };
}

/** `vite build --config vite.cli.config.ts` bundles the command of the package into dist/cli/. */
export default defineConfig({
  publicDir: false,
  plugins: [wasmInNode()],
  resolve: {
    alias: {
      '@huggingface/transformers': require
        .resolve('@huggingface/transformers')
        .replace(/\.cjs$/, '.mjs'),
      sharp: path.resolve('scripts/package/no-images.ts'),
    },
  },
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: 'dist/cli',
    emptyOutDir: true,
    target: 'node20',
    minify: true, // transformers.js alone is 1.2 MB otherwise
    rolldownOptions: {
      input: {
        unmocked: 'scripts/package/unmocked.ts',
        'model-worker': 'scripts/package/model-worker.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'shared-[hash].js',
        banner: (chunk: { name: string }) =>
          chunk.name === 'unmocked' ? '#!/usr/bin/env node' : '',
      },
    },
  },
});
