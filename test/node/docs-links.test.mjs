import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readDecisions } from '../../scripts/lib/docs/decisions.mjs';
import { linkProblems } from '../../scripts/lib/docs/links.mjs';
import { readAnchors, readLinks } from '../../scripts/lib/docs/markdown.mjs';
import { readPages } from '../../scripts/lib/docs/pages.mjs';
import { readSite } from '../../scripts/lib/docs/site.mjs';
import { guide } from '../../scripts/lib/docs/sections.mjs';
import { ROOT } from '../../scripts/lib/install.mjs';

const pages = readPages(ROOT);

describe('every link has a target', () => {
  for (const page of pages.keys())
    test(page, () => assert.deepEqual(linkProblems(page, pages, ROOT), []));

  test('and there are many', () => {
    const links = [...pages.values()].flatMap(readLinks);
    assert.ok(links.length > 60, `${links.length} links were found`);
  });

  for (const [link, problem] of /** @type {const} */ ([
    ['[a](./nowhere.md)', 'no such file'],
    ['[a](./models.md#nowhere)', 'no such heading'],
    ['[a](#nowhere)', 'no such heading'],
    ['[a](../CONTRIBUTING.md)', 'out of the site'],
    ['[a](./api/nothing.md)', 'no such file'],
    ['![a](./nothing.png)', 'no such file'],
    ['[a](https://)', 'cannot be parsed'],
    ['[a](http://example.com/)', 'scheme'],
    ['<a href="https://user@example.com/">a</a>', 'public host'],
    ['---\nlink: /nowhere\n---', 'no such file'],
  ]))
    test(`a wrong one is found: ${JSON.stringify(link)}`, () => {
      const [found, ...more] = linkProblems(
        'docs/wrong.md',
        new Map([...pages, ['docs/wrong.md', `# A page\n\n${link.replace('link:', '  link:')}\n`]]),
        ROOT,
      );
      assert.match(found ?? '', new RegExp(problem));
      assert.deepEqual(more, []);
    });

  test('links in code are none', () => {
    assert.deepEqual(readLinks('`[a](./nowhere.md)`\n\n```md\n[a](./nowhere.md)\n```\n'), []);
  });

  test('a heading has the anchor that the site gives it', () => {
    const text =
      "# The page's address\n\n## `run` & [so](./on.md)\n\n## `run` & so\n\n```sh\n# no\n```\n";
    assert.deepEqual([...readAnchors(text)], ['the-page-s-address', 'run-so', 'run-so-1']);
  });
});

describe('nobody has to search for a page', () => {
  test('the sidebar has every page of the guide, once', () => {
    const listed = guide.flatMap(({ items }) => items.map(({ link }) => link));
    const written = [...pages.keys()]
      .filter((name) => /^docs\/[\w-]+\.md$/.test(name))
      .map((name) => name.replace(/^docs/, '').replace(/(?:index)?\.md$/, ''));
    assert.deepEqual(listed.toSorted(), written.toSorted());
  });

  test('the list of decisions has each of them', () => {
    const decisions = readDecisions(path.join(ROOT, 'docs/decisions'));
    const links = readLinks(pages.get('docs/decisions/README.md') ?? '').map(
      ({ target }) => target,
    );
    assert.deepEqual(
      links,
      decisions.map(({ file }) => `${file}.md`),
    );
  });

  test('the README is short', () => {
    assert.ok(readFileSync(path.join(ROOT, 'README.md'), 'utf8').split('\n').length < 80);
  });
});

// `npm run test:package` builds the site and reads it in this way.
test('a built site with wrong links is noticed', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-site-'));
  try {
    writeFileSync(path.join(folder, 'b.html'), '<h1 id="b">B</h1>');
    writeFileSync(
      path.join(folder, 'a.html'),
      `<a href="b.html#b">b</a> <a href="/base/b.html">b</a> <a href="https://example.com/">c</a>
       <a href="b.html#c">1</a> <a href="c.html">2</a> <a href="/b.html">3</a>
       <script src="https://cdn.example/x.js"></script> <link href="https://cdn.example/x.css">`,
    );
    const { problems, links, pages } = readSite(folder, '/base/');
    assert.equal(problems.length, 5, problems.join('\n'));
    assert.equal(links, 8);
    assert.deepEqual(pages, ['a.html', 'b.html']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
