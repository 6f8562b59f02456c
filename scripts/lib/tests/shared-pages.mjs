import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The specs of each of these folders share a page. A page costs a second of one core, and its first
 * model three more, so a page for each file would take a third of the suite's time. The other folders
 * change their page for good.
 */
const FOLDERS = [
  'test',
  'test/saboteurs',
  'test/faults',
  'test/both',
  'test/webgpu',
  'test/unit',
  'test/reports',
  'test/adapters',
  'test/prompt-api',
  'test/openai',
  'test/components',
];
/** Where the pages' modules are, below the root. */
const PAGES = '.cache/specs';

/** @param {string} file */
const pageOf = (file) => {
  const folder = path.posix.dirname(file);
  return FOLDERS.includes(folder) ? `${PAGES}/${path.posix.basename(folder)}.js` : file;
};

/**
 * The modules that the test runner has to open, each with the spec files that run there. Writes
 * those of shared pages.
 *
 * @param {string} root
 * @param {readonly string[]} files Spec files, relative to `root`.
 * @returns {Map<string, string[]>}
 */
export function sharedPages(root, files) {
  /** @type {Map<string, string[]>} */
  const pages = new Map();
  for (const file of files) pages.set(pageOf(file), [...(pages.get(pageOf(file)) ?? []), file]);
  mkdirSync(path.join(root, PAGES), { recursive: true });
  for (const [page, inside] of pages)
    if (page.startsWith(PAGES))
      writeFileSync(
        path.join(root, page),
        "import { runInOnePage } from '/scripts/lib/tests/in-one-page.js';\n" +
          `await runInOnePage(${JSON.stringify(inside)});\n`,
      );
  return pages;
}
