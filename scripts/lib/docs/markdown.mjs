import { slug } from './slug.mjs';

/**
 * A fenced block.
 *
 * @typedef {object} Sample
 * @property {string} language
 * @property {string} [unchecked] Why nobody can check it, after `no-check:` in the fence.
 * @property {string} code
 * @property {number} line The first line of the code, from 1.
 */

const FENCE = /^(`{3,})([^\n`]*)\n([^]*?)^\1[ \t]*$/gm;

/**
 * @param {string} text
 * @param {number} index
 */
const lineAt = (text, index) => text.slice(0, index).split('\n').length;

/**
 * The fenced blocks of a page.
 *
 * @param {string} text Markdown.
 * @returns {Sample[]}
 */
export const readSamples = (text) =>
  [...text.matchAll(FENCE)].map(({ index, 2: info = '', 3: code = '' }) => {
    const [, language = '', reason] = /^(\S*)(?:\s+no-check:\s*(.*))?/.exec(info.trim()) ?? [];
    return {
      language,
      ...(reason ? { unchecked: reason } : {}),
      code,
      line: lineAt(text, index) + 1,
    };
  });

/** A page without its fenced blocks and comments, with as many lines as before. */
export const withoutBlocks = (/** @type {string} */ text) =>
  [FENCE, /<!--[^]*?-->/g].reduce(
    (rest, pattern) => rest.replace(pattern, (block) => block.replace(/[^\n]/g, '')),
    text,
  );

/** The contents of `code` in a page's prose, with single spaces. */
export const readInlineCode = (/** @type {string} */ text) =>
  [...withoutBlocks(text).matchAll(/(`+)([^]*?[^`])\1(?!`)/g)].map(({ index, 2: code = '' }) => ({
    code: code.trim().replace(/\s+/g, ' '),
    line: lineAt(text, index),
  }));

/** The anchors of a page: those of its headings, and of elements with an id. */
export function readAnchors(/** @type {string} */ text) {
  const prose = withoutBlocks(text);
  /** @type {Set<string>} */
  const anchors = new Set();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    let anchor = slug(words);
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug(words)}-${count}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of prose.matchAll(/\bid="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** The targets of links and images in a page's prose and front matter. */
export const readLinks = (/** @type {string} */ text) => {
  const prose = withoutBlocks(text).replace(/(`+)[^]*?[^`]\1(?!`)/g, (code) =>
    code.replace(/[^\n]/g, 'x'),
  );
  return [
    /\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"]*")?\)/g,
    /\b(?:href|src)="([^"]*)"/g,
    /<(https?:[^>]*)>/g,
    /^\s+link: (\S+)$/gm,
  ].flatMap((pattern) =>
    [...prose.matchAll(pattern)].map(({ index, 1: target = '' }) => ({
      target,
      line: lineAt(prose, index),
    })),
  );
};
