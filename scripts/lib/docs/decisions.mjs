import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The decision records in a folder, in order: the name of each file without its ending, and its
 * title.
 *
 * @param {string} folder
 */
export const readDecisions = (folder) =>
  readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .toSorted()
    .map((name) => {
      const [, title = name] =
        /^# (.+)$/m.exec(readFileSync(path.join(folder, name), 'utf8')) ?? [];
      return { file: name.replace(/\.md$/, ''), title };
    });
