import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What each entry with functions and types is for. Those with elements have tables in `embed.md`. */
const ENTRIES = {
  unmocked: 'agents, scenarios, runs, settings and models',
  'unmocked/openai': "OpenAI's API, answered in the page",
  'unmocked/prompt-api': 'the Prompt API on the bundled model',
  'unmocked/adapters': "other libraries' models as agents to test",
  'unmocked/testing': 'scenarios as tests of your framework',
  'unmocked/vite': 'a plugin for Vite and Vitest',
  'unmocked/wtr': 'a plugin for web-test-runner',
};
export const API_ENTRIES = Object.keys(ENTRIES);

/** @typedef {{ exports: Record<string, string | { types?: string }> }} Manifest */

/**
 * Writes one page for each entry, from the type declarations of a built package. TypeDoc reads them
 * with a TypeScript of its own: the version that this project compiles with has no JavaScript API.
 *
 * @param {object} options
 * @param {string} options.docs The folder with the documentation's own node_modules.
 * @param {string} options.packageFolder The package, built.
 * @param {Manifest} options.manifest The package's package.json.
 * @param {string} options.out Emptied first.
 */
export async function writeApiReference({ docs, packageFolder, manifest, out }) {
  const require = createRequire(path.join(docs, 'package.json'));
  /** @type {any} Its types are installed with the documentation only. */
  const { Application, Converter } = await import(pathToFileURL(require.resolve('typedoc')).href);
  const files = new Map(API_ENTRIES.map((name) => [typesOf(manifest, name), name]));
  const entryPoints = [...files.keys()].map((file) => path.join(packageFolder, file));
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const tsconfig = path.join(out, 'tsconfig.json');
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions: COMPILER, files: entryPoints }));

  const app = await Application.bootstrapWithPlugins({
    name: 'unmocked',
    plugin: [require.resolve('typedoc-plugin-markdown')],
    entryPoints,
    tsconfig,
    out,
    cleanOutputDir: false,
    readme: 'none',
    router: 'module',
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    useHTMLAnchors: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideModifiers: true },
    // A type that no entry exports is written without a link.
    validation: { notExported: false },
    logLevel: 'Warn',
  });
  // TypeDoc names a module after its file. Readers know it by what they import.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (/** @type {any} */ { project }) => {
    for (const module of project.children) {
      const file = path.relative(packageFolder, project.files.getReflectionPath(module));
      const name = files.get(path.normalize(file));
      if (!name) throw new Error(`TypeDoc found an entry that is none: ${file}`);
      module.name = name;
    }
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the package’s types: see its messages');
  await app.generateOutputs(project);
  rmSync(tsconfig);
  rmSync(path.join(out, 'README.md'));
  for (const name of API_ENTRIES) {
    const file = path.join(out, `${name}.md`);
    writeFileSync(file, withAnchors(readFileSync(file, 'utf8')));
  }
  writeFileSync(path.join(out, 'index.md'), INDEX);
}

const INDEX = `# API reference

These pages are written from the types of the package, and the comments on them.

| entry | what |
| --- | --- |
${Object.entries(ENTRIES)
  .map(([name, what]) => `| [\`${name}\`](./${name}.md) | ${what} |`)
  .join('\n')}

\`unmocked/scenario\`, \`unmocked/harness\` and \`unmocked/elements\` register the elements. [Embed it](../embed.md) has their attributes,
properties, events, slots and parts. \`unmocked/models/*\` and \`unmocked/ort/*\` are files.
`;

/** Moves each anchor into the heading that follows it. A heading then has one anchor, not two. */
const withAnchors = (/** @type {string} */ text) =>
  text.replace(/^<a id="([^"]+)"><\/a>\n+(#{1,6} .+)$/gm, '$2 {#$1}');

const COMPILER = {
  target: 'ES2022',
  module: 'ESNext',
  moduleResolution: 'bundler',
  lib: ['ESNext', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

/**
 * @param {Manifest} manifest
 * @param {string} entry
 */
function typesOf(manifest, entry) {
  const target = manifest.exports[`.${entry.slice('unmocked'.length)}`];
  const types = typeof target === 'object' ? target.types : undefined;
  if (!types) throw new Error(`package.json exports no types of "${entry}"`);
  return path.normalize(types);
}
