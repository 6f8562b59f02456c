import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fillParts, GENERATED, readParts } from '../../scripts/lib/docs/generated.mjs';
import { readPages } from '../../scripts/lib/docs/pages.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';

describe('the generated parts of the documentation', () => {
  /** @type {Map<string, string>} */
  let parts;
  before(async () => {
    parts = await readParts(ROOT);
  });
  /** @param {string} name */
  const read = (name) => readFileSync(path.join(ROOT, 'docs', name), 'utf8');

  for (const name of GENERATED)
    test(`docs/${name} is up to date`, () =>
      // `node scripts/write-api.mjs` writes it.
      assert.equal(read(name), fillParts(read(name), parts)));

  test('each of them is on a page, and no other page has one', () => {
    const marks = [...readPages(ROOT)].flatMap(([page, text]) =>
      [...text.matchAll(/^<!-- (api [\w-]+|faults|models|scenarios|settings) -->$/gm)].map(
        ([, name = '']) => ({ page, name }),
      ),
    );
    assert.deepEqual(marks.map(({ name }) => name).toSorted(), [...parts.keys()].toSorted());
    for (const { page } of marks) assert.ok(GENERATED.includes(page.replace('docs/', '')), page);
  });

  for (const [name, from, to] of /** @type {const} */ ([
    ['embed.md', 'Id of a core scenario.', 'Id of any scenario.'],
    ['configuration.md', 'Seed of sampling.', 'Seed.'],
    ['models.md', '| fp16 | 164', '| fp16 | 165'],
    ['scenarios.md', '| `usage` | agent |', '| `usage` | page |'],
  ]))
    test(`a change by hand in docs/${name} is noticed`, () => {
      const text = read(name);
      const broken = text.replace(from, to);
      assert.notEqual(broken, text);
      assert.equal(fillParts(broken, parts), text);
    });

  test('an unknown part is refused', () => {
    assert.throws(() => fillParts('<!-- api unmocked-nothing -->\n<!-- end -->', parts));
  });
});
