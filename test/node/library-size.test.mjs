import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildLibrary } from '../../scripts/lib/package/library.mjs';
import { loadTables } from '../../scripts/lib/typescript.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'unmocked-library-'));
before(async () => {
  const { ortFiles } = await loadTables();
  await buildLibrary(folder, ortFiles);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name */
const read = (name) => readFileSync(path.join(folder, name), 'utf8');

/**
 * Gzipped kB of an entry and of all that it imports at once.
 *
 * @param {string} entry
 */
function sizeOf(entry) {
  const seen = new Set([entry]);
  // A set may grow during its iteration.
  for (const name of seen)
    for (const [, next = ''] of read(name).matchAll(
      /(?:\bfrom|\bimport)\s*["'`]\.\/([^"'`]+)["'`]/g,
    ))
      seen.add(next);
  return [...seen].reduce((sum, name) => sum + gzipSync(read(name)).length, 0) / 1000;
}

describe('what a page loads before the first run, gzipped, Lit included', () => {
  for (const [entry, limit] of /** @type {const} */ ([
    ['scenario.js', 26],
    // The whole page: the question, the strip, the pane, the list and the settings.
    ['harness.js', 56],
  ]))
    test(`${entry} is at most ${limit} kB`, () => {
      const size = sizeOf(entry);
      assert.ok(size > 5, `${size.toFixed(1)} kB: its imports were found`);
      assert.ok(size <= limit, `${size.toFixed(1)} kB`);
    });
});
