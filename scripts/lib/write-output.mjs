import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file that the user asked for, with its folders, and says so.
 *
 * @param {string} file
 * @param {string} text
 */
export async function writeOutput(file, text) {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
  console.log(`Wrote ${file}`);
}
