import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';
import { readElements, toManifest } from '../../scripts/lib/api/manifest.mjs';

/** @param {string} file */
const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');
/** @param {Iterable<string>} names */
const sorted = (names) => [...new Set(names)].toSorted();
/** @param {string} text @param {RegExp} pattern */
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name);

describe("the elements' API", () => {
  /** @type {import('../../scripts/lib/api/manifest.mjs').ElementApi[]} */
  let elements;
  /** @param {string} tag */
  const element = (tag) => {
    const found = elements.find(({ tagName }) => tagName === tag);
    assert.ok(found, tag);
    return found;
  };
  before(async () => {
    elements = await readElements(ROOT);
  });

  test('has a description of everything', () => {
    for (const { tagName, attributes, members, events, slots, cssParts, cssProperties } of elements)
      for (const one of [attributes, members, events, slots, cssParts, cssProperties].flat())
        assert.ok(one.description, `${tagName}: ${one.name || 'the default slot'}`);
  });

  test('names the attributes that are promised', () => {
    const names = element('unmocked-scenario').attributes.map(({ name }) => name);
    for (const name of [
      'name',
      'model',
      'device',
      'run',
      'prompt',
      'compact',
      'base',
      'heading-level',
    ])
      assert.ok(names.includes(name), name);
  });

  test("names the harness's attributes as they are, and none for the key", () => {
    const { attributes, members } = element('unmocked-harness');
    assert.deepEqual(sorted(attributes.map(({ name }) => name)), [
      'api-url',
      'backend',
      'base',
      'device',
      'hub',
      'model',
      'running',
      'seed',
    ]);
    const key = members.find(({ name }) => name === 'apiKey');
    assert.ok(key);
    assert.equal(key.attribute, undefined);
  });

  test('names exactly the parts of the templates', () => {
    const sources = [
      'unmocked-scenario',
      'prompt-demo',
      'scenario-box',
      'scenario-box-parts',
      'scenario-details',
      'scenario-parts',
      'exported-parts',
      'loading-part',
      'charts/scenario-charts',
    ]
      .map((name) => read(`src/components/${name}.ts`))
      .join('\n');
    const documented = element('unmocked-scenario').cssParts.map(({ name }) => name);
    assert.deepEqual(sorted(documented), sorted(all(sources, /\bpart="([\w-]+)"/g)));
    const exported = /scenarioParts = \[([^\]]*)\]/.exec(sources)?.[1] ?? '';
    assert.deepEqual(sorted(all(exported, /'([\w-]+)'/g)), sorted(documented), 'for exportparts');
  });

  test('names events that have a class and a type', () => {
    const source = read('src/components/events.ts');
    for (const { events } of elements)
      for (const { name, type } of events) {
        assert.match(
          source,
          new RegExp(`class ${type?.text} extends [^]{0,120}static readonly type = '${name}'`),
          name,
        );
        assert.ok(source.includes(`'${name}': ${type?.text};`), `the type of ${name}`);
      }
  });

  test('is published: the manifest defines both tags, and package.json names its file', () => {
    const [module] = toManifest(elements).modules;
    const tags = module?.exports.filter(({ kind }) => kind === 'custom-element-definition');
    assert.deepEqual(
      tags?.map(({ name }) => name),
      ['unmocked-scenario', 'unmocked-harness'],
    );
    const { customElements } = JSON.parse(read('package.json'));
    const built = read('scripts/lib/package/build.mjs');
    assert.ok(built.includes(`path.join(dist, '${path.basename(customElements)}')`));
    assert.equal(path.dirname(customElements), 'dist');
  });
});
