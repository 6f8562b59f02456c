import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { API_ENTRIES } from './api-reference.mjs';
import { readAnchors, readLinks } from './markdown.mjs';

/** The pages that the site's build writes. Their anchors are checked in the built site. */
const WRITTEN = ['index', ...API_ENTRIES].map((name) => `docs/api/${name}.md`);

/**
 * What is wrong with the links of a page: a target or an anchor that does not exist, a link out of the
 * site, or an address that is none.
 *
 * @param {string} page Its path from `root`.
 * @param {ReadonlyMap<string, string>} pages All pages.
 * @param {string} root
 */
export const linkProblems = (page, pages, root) =>
  readLinks(pages.get(page) ?? '').flatMap(({ target, line }) => {
    const problem = /^[a-z][a-z+.-]*:/i.test(target)
      ? addressProblem(target)
      : problemOf(target, page, pages, root);
    return problem ? [`${page}:${line} ${target}: ${problem}`] : [];
  });

/** @param {string} target */
function addressProblem(target) {
  if (!URL.canParse(target)) return 'it cannot be parsed';
  const { protocol, hostname, username } = new URL(target);
  if (protocol !== 'https:') return `it has the scheme ${protocol}`;
  if (username || !hostname.includes('.')) return 'it names no public host';
  return undefined;
}

/**
 * @param {string} target
 * @param {string} page
 * @param {ReadonlyMap<string, string>} pages
 * @param {string} root
 */
function problemOf(target, page, pages, root) {
  const [, where = '', anchor] = /^([^#?]*)(?:#(.*))?$/.exec(target) ?? [];
  const isSite = page.startsWith('docs/');
  // The front matter of the home page counts from the site.
  const from = where.startsWith('/') ? 'docs' : path.posix.dirname(page);
  const full = path.posix.join(from, where.replace(/^\//, '')).replace(/\/$/, '');
  const file = where === '' ? page : pageOf(full, where, pages);
  if (isSite && !file.startsWith('docs/')) return 'it leads out of the site';
  if (WRITTEN.includes(file)) return undefined;
  const text = pages.get(file);
  if (text === undefined && !existsSync(path.join(root, file))) return 'there is no such file';
  if (text === undefined && isSite && statSync(path.join(root, file)).isDirectory())
    return 'the site has no such page';
  if (anchor === undefined) return undefined;
  return readAnchors(text ?? '').has(decodeURIComponent(anchor))
    ? undefined
    : 'there is no such heading';
}

/**
 * The file that a link means: also that of a folder, and of a page without its ending.
 *
 * @param {string} full
 * @param {string} where
 * @param {ReadonlyMap<string, string>} pages
 */
function pageOf(full, where, pages) {
  if (where.endsWith('/'))
    return (
      ['README.md', 'index.md']
        .map((name) => `${full}/${name}`)
        .find((name) => pages.has(name) || WRITTEN.includes(name)) ?? full
    );
  return where.startsWith('/') ? `${full}.md` : full;
}
