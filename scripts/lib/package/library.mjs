import { createRequire } from 'node:module';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { minify } from 'rolldown/utils';
import { ROOT } from '../install.mjs';
import { shared } from './browser-build.mjs';
import { writeEngineWorker } from './engine-worker.mjs';
import { modelFiles, ownFilesModule } from './own-files.mjs';

/** @typedef {import('rolldown').OutputChunk} OutputChunk */

/** The entries of the package that are code for pages, by the name of their module. */
export const ENTRIES = {
  unmocked: 'src/index.ts',
  openai: 'src/openai/index.ts',
  'prompt-api': 'src/prompt-api/index.ts',
  adapters: 'src/adapters/index.ts',
  testing: 'src/testing/index.ts',
  elements: 'src/components/index.ts',
  harness: 'src/components/harness.ts',
  scenario: 'src/components/scenario.ts',
};

/** The entries that are code for tools in Node, in the same way. */
export const TOOLS = {
  vite: 'src/tools/vite.ts',
  wtr: 'src/tools/wtr.ts',
};

const OWN_FILES = path.join(ROOT, 'src/engine/own-files.ts');
/** Keeps the names of chunks apart from those of entries and of the worker. */
const CHUNK = 'chunk-';

/**
 * Writes the library: one module for each entry, the chunks that they share, and the engine's worker
 * as one file. All of them are in one folder, because their addresses count from it.
 *
 * Made by Rolldown itself. Vite adds helpers of its own, which a second bundler trips over, and
 * copies workers under names that nobody can write down.
 *
 * @param {string} folder `dist/lib`
 * @param {readonly string[]} ortFiles The names of ONNX Runtime's files.
 * @returns {Promise<OutputChunk[]>} what was written.
 */
export async function buildLibrary(folder, ortFiles) {
  const worker = await writeEngineWorker(folder);
  const files = [
    ...modelFiles(path.join(ROOT, 'public/models')).map((file) => `models/${file}`),
    ...ortFiles.map((file) => `ort/${file}`),
  ];
  const library = await buildModules(folder, files);
  const tools = await buildTools(folder);
  return [...worker, ...library, ...tools];
}

/**
 * @param {string} folder
 * @param {readonly string[]} files
 */
async function buildModules(folder, files) {
  const bundle = await rolldown({
    ...shared,
    input: ENTRIES,
    preserveEntrySignatures: 'strict',
    resolve: { conditionNames: ['browser', 'module', 'import'] },
    plugins: [
      litForServersToo(),
      compactStyles(),
      {
        name: 'unmocked:own-files',
        load: {
          filter: { id: OWN_FILES },
          handler: () => ({ code: ownFilesModule(files), moduleType: 'js' }),
        },
      },
      minifyModules(),
    ],
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: `${CHUNK}[name].js`,
    // Not by Rolldown: see minifyModules.
    minify: false,
    codeSplitting: { groups: [{ name: 'own-files', test: OWN_FILES }] },
  });
  await bundle.close();
  return chunksOf(output);
}

/**
 * Takes comments and line breaks out of the style sheets, which no minifier of scripts sees.
 *
 * @returns {import('rolldown').Plugin}
 */
function compactStyles() {
  return {
    name: 'unmocked:styles',
    transform: {
      filter: { id: /\.styles\.ts$/ },
      handler: (code) =>
        code.replace(/css`[^`]*`/g, (sheet) =>
          sheet.replace(/\/\*.*?\*\//gs, '').replace(/\s+/g, ' '),
        ),
    },
  };
}

/** @param {string} folder */
async function buildTools(folder) {
  const bundle = await rolldown({ cwd: ROOT, platform: 'node', input: TOOLS });
  const { output } = await bundle.write({
    dir: folder,
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: 'tools-[name].js',
  });
  await bundle.close();
  return chunksOf(output);
}

/**
 * Minifies the modules, because pages also load them as they are. The chunk with the addresses stays
 * as it is written, because bundlers look for its very text.
 *
 * @returns {import('rolldown').Plugin}
 */
function minifyModules() {
  return {
    name: 'unmocked:minify',
    async renderChunk(code, { moduleIds, fileName }) {
      if (moduleIds.includes(OWN_FILES)) return null;
      const result = await minify(fileName, code, {
        module: true,
        codegen: { removeWhitespace: true },
      });
      if (result.errors.length > 0) throw new Error(`${fileName}: ${result.errors[0]?.message}`);
      return result.code;
    },
  };
}

/**
 * Takes the builds of Lit that are also harmless where there is no DOM: they differ from the others
 * in that alone. The class and the registry that they fall back on there are a stub.
 *
 * @returns {import('rolldown').Plugin}
 */
function litForServersToo() {
  const noDom = path.join(import.meta.dirname, 'no-dom.mjs');
  const fromLit = createRequire(createRequire(import.meta.url).resolve('lit'));
  return {
    name: 'unmocked:lit',
    resolveId: {
      filter: { id: /^(?:lit-html|@lit\/reactive-element|@lit-labs\/ssr-dom-shim)(?:\/|$)/ },
      handler: (source) => (source.startsWith('@lit-labs/') ? noDom : fromLit.resolve(source)),
    },
  };
}

/** @param {readonly (OutputChunk | import('rolldown').OutputAsset)[]} output */
const chunksOf = (output) => output.filter((one) => one.type === 'chunk');
