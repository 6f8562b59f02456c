import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { parseSync } from 'rolldown/utils';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { ROOT } from '../../scripts/lib/install.mjs';
import { APP, ENTRIES, INSTALLED, PACKED, project } from './helpers.mjs';

const LIB = path.join(INSTALLED, 'dist/lib');
const manifest = JSON.parse(readFileSync(path.join(INSTALLED, 'package.json'), 'utf8'));
const files = readdirSync(INSTALLED, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name));
const modules = readdirSync(LIB).filter((name) => name.endsWith('.js'));
/** @param {string} name */
const read = (name) => readFileSync(path.join(LIB, name), 'utf8');
const MB = 1_000_000;

/**
 * What a bundler makes of a module that uses the package: the code that loads first.
 *
 * @param {string} code
 */
async function bundle(code) {
  const input = path.join(project('bundled', { 'main.js': code }), 'main.js');
  const build = await rolldown({ input, logLevel: 'silent' });
  const { output } = await build.generate({ format: 'es' });
  await build.close();
  return output[0].code;
}

describe('the package', () => {
  test('brings no other package and runs no script when it is installed', () => {
    assert.deepEqual(
      readdirSync(path.join(APP, 'node_modules')).filter((n) => n[0] !== '.'),
      ['unmocked'],
    );
    assert.equal(manifest.private, undefined);
    for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies'])
      for (const name of Object.keys(manifest[field] ?? {}))
        assert.ok(manifest.peerDependenciesMeta?.[name]?.optional, `${field} has ${name}`);
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      assert.equal(manifest.scripts?.[name], undefined, name);
  });

  test('is at most 16 MB packed and 60 MB installed', () => {
    const packed = statSync(PACKED).size / MB;
    const installed = files.reduce((sum, file) => sum + statSync(file).size, 0) / MB;
    assert.ok(packed <= 16, `${packed.toFixed(2)} MB packed`);
    assert.ok(installed <= 60, `${installed.toFixed(2)} MB installed`);
  });

  test('has no complaint from publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: INSTALLED, strict: true, pack: false });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test('has the licences of the code in it', () => {
    const notices = readFileSync(path.join(INSTALLED, 'dist/THIRD-PARTY-NOTICES.md'), 'utf8');
    for (const name of [
      '@huggingface/transformers',
      'onnxruntime-web',
      'lit',
      'valibot',
      'smol-toml',
      '@hono/node-server',
    ])
      assert.match(notices, new RegExp(`^## ${name} \\d`, 'm'), name);
  });

  test('has every file that an export names', () => {
    for (const target of Object.values(manifest.exports)) {
      for (const file of typeof target === 'string' ? [target] : Object.values(target))
        if (!file.includes('*')) assert.ok(files.includes(path.join(INSTALLED, file)), file);
    }
  });
});

describe('the code of the package', () => {
  test('has nothing of a bundler that would trip the next one', () => {
    for (const name of modules) {
      const trace = /__vite|import\.meta\.(?:env|hot|glob)|__webpack/.exec(read(name));
      assert.equal(trace?.[0], undefined, name);
    }
  });

  test('has the engine as one file that imports only the runtime, by its URL', () => {
    const code = read('engine-worker.js');
    const { module } = parseSync('engine-worker.js', code);
    assert.deepEqual(module.staticImports, []);
    assert.deepEqual(module.staticExports, []);
    assert.deepEqual(module.importMetas, []);
    assert.ok(module.dynamicImports.length > 0, 'ONNX Runtime imports its loader');
    for (const { start, end } of module.dynamicImports) {
      const text = code.slice(start, end);
      assert.match(text, /@vite-ignore/, 'Vite leaves it alone');
      assert.match(text, /webpackIgnore/, 'webpack leaves it alone');
      assert.doesNotMatch(text, /["'`]/, 'it is a URL that the page gives');
    }
  });

  test('names the worker and each file in a way that bundlers know', () => {
    const code = read('chunk-own-files.js');
    assert.match(
      code,
      /new Worker\(new URL\("\.\/engine-worker\.js", import\.meta\.url\), \{\s*type: "module"/,
    );
    const named = [...code.matchAll(/new URL\("(\.\.\/[^"]+)", import\.meta\.url\)/g)].map(
      ([, url = '']) => path.join(LIB, url),
    );
    assert.ok(named.length >= 8, 'models and ONNX Runtime');
    for (const file of named) assert.ok(files.includes(file), file);
    const here = files.filter((file) => /[\\/]dist[\\/](?:models|ort)[\\/]/.test(file));
    const unnamed = here.filter((file) => !named.includes(file) && !file.endsWith('digests.json'));
    assert.deepEqual(unnamed, []);
  });

  for (const [entry, expected] of /** @type {const} */ ([
    ['elements', ['unmocked-harness', 'unmocked-scenario']],
    ['harness', ['unmocked-harness', 'unmocked-scenario']],
    ['scenario', ['unmocked-scenario']],
  ]))
    test(`unmocked/${entry}, imported for its effect alone, registers after a bundler has gone over it`, async () => {
      const code = await bundle(`import 'unmocked/${entry}';`);
      const names = ['unmocked-harness', 'unmocked-scenario'].filter((name) =>
        new RegExp(`["'\`]${name}["'\`]:`).test(code),
      );
      assert.deepEqual(names, expected);
      assert.match(code, /customElements\.define\(/);
    });

  test('leaves nothing in a bundle that is not used', async () => {
    const code = await bundle(`import { assets } from 'unmocked'; console.log(assets.base);`);
    assert.ok(code.length < 10_000, `${code.length} bytes for the address of the assets`);
  });
});

describe('in bare Node', () => {
  test('every entry can be imported and leaves no DOM behind', () => {
    const folder = project('node', {
      'import.mjs': `
        const before = new Set(Object.keys(globalThis));
        const names = {};
        for (const entry of ${JSON.stringify(ENTRIES)})
          names[entry] = Object.keys(await import(entry));
        const added = Object.keys(globalThis).filter((name) => globalThis[name] !== undefined && !before.has(name));
        console.log(JSON.stringify({ names, added }));
      `,
    });
    const { status, stdout, stderr } = spawnSync(process.execPath, ['import.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    const { names, added } = JSON.parse(stdout);
    for (const entry of ENTRIES) assert.ok(names[entry].length > 0, entry);
    for (const entry of ENTRIES.filter((name) => /elements|scenario|harness|openai/.test(name)))
      assert.ok(names[entry].includes('assets'), entry);
    // Lit counts its versions, and nothing else appears.
    assert.deepEqual(
      added.filter((/** @type {string} */ name) => !/^(?:lit|reactiveElement)/.test(name)),
      [],
    );
  });

  test("Lit's server renderer leaves the tags with their fallback", () => {
    const lit = (/** @type {string} */ name) =>
      JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve(name)).href);
    const folder = project('server', {
      // The renderer comes first: it brings a registry, in which the elements could be.
      'render.mjs': `
        import { render } from ${lit('@lit-labs/ssr')};
        import { collectResult } from ${lit('@lit-labs/ssr/lib/render-result.js')};
        import { html } from ${lit('lit')};
        await import('unmocked/elements');
        const page = html\`<unmocked-scenario name="streaming"><p>One.</p></unmocked-scenario>
          <unmocked-harness><p>Two.</p></unmocked-harness>\`;
        console.log(await collectResult(render(page)));
      `,
    });
    const { stdout, stderr } = spawnSync(process.execPath, ['render.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.match(stdout, /<unmocked-scenario name="streaming"><p>One\.<\/p><\/unmocked-scenario>/);
    assert.match(stdout, /<unmocked-harness><p>Two\.<\/p><\/unmocked-harness>/);
  });
});

describe('the types', () => {
  const source = `
    import { assets, defineScenario, loadAgent, runScenarios, type Report } from 'unmocked';
    import { UnmockedHarness } from 'unmocked/elements';
    import { UnmockedScenario, assets as own } from 'unmocked/scenario';
    import { assets as third } from 'unmocked/harness';
    import { serveInPage } from 'unmocked/openai';
    import { install, LanguageModel } from 'unmocked/prompt-api';
    import { fromFunction } from 'unmocked/adapters';
    import { registerScenarios } from 'unmocked/testing';
    import { unmocked } from 'unmocked/wtr';

    const scenario = defineScenario({
      id: 'a', title: 'A', proves: 'a', needs: [],
      async run(t) { t.check('x', true); },
    });
    export async function all(): Promise<Report> {
      assets.base = own.base + third.base;
      const agent = await loadAgent({ device: 'wasm' });
      // @ts-expect-error There is no such device: the types are not \`any\`.
      await loadAgent({ device: 'abacus' });
      const { fetch, baseURL } = await serveInPage();
      await fetch(baseURL);
      install();
      registerScenarios({ describe: (_, body) => body(), it: (_, test) => test(), device: 'wasm' });
      // @ts-expect-error It is yes or no.
      console.log(unmocked({ isolation: 'yes' }));
      await LanguageModel.availability();
      const element: UnmockedScenario = document.querySelector('unmocked-scenario')!;
      element.addEventListener('unmocked-result', ({ detail }) => detail.status);
      await element.updateComplete;
      // @ts-expect-error A status is not a number.
      const status: number = (await element.run()).status;
      console.log(status, agent, fromFunction, new UnmockedHarness());
      return runScenarios({ scenarios: [scenario] });
    }`;
  for (const [resolution, module] of /** @type {const} */ ([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ]))
    test(`resolve and agree with their use: ${resolution}`, () => {
      const folder = project(`types-${resolution}`, { 'use.ts': source });
      const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
      const options = `--noEmit --strict --target es2022 --lib es2022,dom,dom.iterable
        --skipLibCheck false --moduleResolution ${resolution} --module ${module}`.split(/\s+/);
      const { status, stdout } = spawnSync(
        process.execPath,
        [tsc, ...options, '--types', '', 'use.ts'],
        { cwd: folder, encoding: 'utf8' },
      );
      assert.equal(stdout, '');
      assert.equal(status, 0);
    });
});
