import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { copyModel, FILES, FOLDER } from '../../scripts/lib/bundled-model/files.mjs';

/** @type {string} */
let folder;
/** @type {string} */
let from;
/** @type {string} */
let to;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'take-model-'));
  from = path.join(folder, 'trained');
  to = path.join(folder, 'bundled');
  cpSync(FOLDER, from, { recursive: true });
  writeFileSync(path.join(from, 'config.json'), '{"n_layer":6}');
  cpSync(FOLDER, to, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const configuration = () => readFileSync(path.join(to, 'config.json'), 'utf8');

test('the bundled model has the files that are taken, and no others', () => {
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(FOLDER, path.join(parentPath, name)));
  assert.deepEqual(files.toSorted(), FILES.toSorted());
});

test('takes every file', () => {
  rmSync(to, { recursive: true });
  copyModel(from, to);
  for (const file of FILES)
    assert.ok(readFileSync(path.join(to, file)).equals(readFileSync(path.join(from, file))), file);
});

test('a missing file is an error that names it, before anything changes', () => {
  const before = configuration();
  rmSync(path.join(from, 'digests.json'));
  rmSync(path.join(from, 'onnx/model.onnx'));
  assert.throws(
    () => copyModel(from, to),
    /trained is not .* no onnx\/model\.onnx, no digests\.json\./,
  );
  assert.equal(configuration(), before);
});
