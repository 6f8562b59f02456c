import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What is wrong with the links of a built site: a page, a file or an anchor that does not exist, and a
 * script, a style sheet or an image of another origin.
 *
 * @param {string} folder
 * @param {string} base The path of the site on its host.
 * @returns {{ problems: string[], links: number, pages: string[] }}
 */
export function readSite(folder, base) {
  const files = new Set(
    readdirSync(folder, { encoding: 'utf8', recursive: true }).map((name) =>
      name.split(path.sep).join('/'),
    ),
  );
  const pages = [...files].filter((name) => name.endsWith('.html')).toSorted();
  const html = new Map(pages.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  const anchors = new Map(
    [...html].map(([name, text]) => [
      name,
      new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => decode(id))),
    ]),
  );
  /** @type {string[]} */
  const problems = [];
  let links = 0;
  for (const [name, text] of html)
    for (const { tag, target } of targetsOf(text)) {
      links++;
      const problem = problemOf(tag, target, new URL(`http://site${base}${name}`));
      if (problem) problems.push(`${name}: ${target} ${problem}`);
    }
  return { problems, links, pages };

  /**
   * @param {string} tag
   * @param {string} target
   * @param {URL} from
   */
  function problemOf(tag, target, from) {
    const url = new URL(target, from);
    if (url.protocol === 'data:') return undefined;
    if (url.origin !== from.origin)
      return tag === 'a' ? undefined : `is of another origin, in <${tag}>`;
    if (!url.pathname.startsWith(base)) return 'is outside of the site';
    const file = decodeURIComponent(url.pathname.slice(base.length));
    const page = file === '' || file.endsWith('/') ? `${file}index.html` : file;
    if (!files.has(page)) return 'does not exist';
    const anchor = decodeURIComponent(url.hash.slice(1));
    return anchor && !anchors.get(page)?.has(anchor) ? 'has no such anchor' : undefined;
  }
}

/** @param {string} html */
const targetsOf = (html) =>
  [...html.matchAll(/<(a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(
    ([, tag = '', target = '']) => ({ tag, target: decode(target) }),
  );

/** @param {string} text */
const decode = (text) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
