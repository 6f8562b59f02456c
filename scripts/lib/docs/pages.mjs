import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The parts of docs/ that nobody writes by hand. */
const NOT_WRITTEN = /^docs\/(?:node_modules|api|\.vitepress)\//;

/**
 * Pages in Markdown: those of a folder and of the folders in it.
 *
 * @param {string} root
 * @param {string} folder Relative to `root`.
 */
const pagesIn = (root, folder) =>
  readdirSync(path.join(root, folder), { encoding: 'utf8', recursive: true })
    .map((name) => `${folder}/${name.split(path.sep).join('/')}`)
    .filter((name) => name.endsWith('.md') && !NOT_WRITTEN.test(name));

/**
 * Every page that people read, by its path from the project's folder.
 *
 * @param {string} root
 * @returns {Map<string, string>} with its text.
 */
export const readPages = (root) =>
  new Map(
    [
      'README.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'training/README.md',
      ...pagesIn(root, 'docs'),
      ...pagesIn(root, 'public/models'),
    ]
      .toSorted()
      .map((name) => [name, readFileSync(path.join(root, name), 'utf8')]),
  );
