import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { findFile } from '../../scripts/lib/serving/static-files.mjs';

const LFS_SUFFIXES = ['.onnx', '.onnx_data', '.bin', '.safetensors', '.gguf'];
const LFS_SIZE = 10 * 1024 * 1024;
/** Bytes of an LFS pointer. The true size varies a little, with the number of digits. */
const POINTER_SIZE = 134;

/**
 * A file as the hub knows it. `oid` is its git object id; only LFS files have a `sha256`.
 *
 * @typedef {{ file: string, size: number, oid: string, sha256: string | undefined }} HubFile
 */

/** @type {Map<string, Promise<{ oid: string, sha256: string | undefined }>>} */
const digests = new Map();

/**
 * @param {'sha1' | 'sha256'} algorithm
 * @param {string} file
 */
async function hash(algorithm, file, header = '') {
  const digest = createHash(algorithm).update(header);
  for await (const chunk of createReadStream(file)) digest.update(chunk);
  return digest.digest('hex');
}

/**
 * Describes a file. Each state of a file on disk is hashed once.
 *
 * @param {string} file
 * @param {number} size
 * @returns {Promise<HubFile>}
 */
async function describe(file, size) {
  const { mtimeMs } = statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  let digest = digests.get(key);
  if (!digest) {
    const large = size > LFS_SIZE || LFS_SUFFIXES.some((suffix) => file.endsWith(suffix));
    digest = large
      ? hash('sha256', file).then((sha256) => ({
          sha256,
          oid: createHash('sha1').update(sha256).digest('hex'),
        }))
      : hash('sha1', file, `blob ${size}\0`).then((oid) => ({ sha256: undefined, oid }));
    digests.set(key, digest);
  }
  return { file, size, ...(await digest) };
}

/**
 * The folders of one repository as one tree. A file in a later folder hides the file of the same
 * name in an earlier one, so a test can lay its own weights over a published model's configuration
 * and tokenizer.
 */
export class Repository {
  /**
   * @param {string} name
   * @param {readonly string[]} folders
   */
  constructor(name, folders) {
    this.name = name;
    this.folders = folders.map((folder) => path.resolve(folder));
    for (const folder of this.folders) {
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new Error(`${name}: no such folder: ${folder}`);
    }
    this.commit = createHash('sha1').update(name).digest('hex');
  }

  /**
   * The commit of a revision: `main`, or any full commit id, because pages can pin one.
   *
   * @param {string} revision
   */
  resolve(revision) {
    if (revision === 'main') return this.commit;
    return /^[0-9a-f]{40}$/.test(revision) ? revision : undefined;
  }

  /**
   * One file, or `undefined`.
   *
   * @param {string} relative A URL path, still encoded.
   */
  async file(relative) {
    const found = this.folders
      .map((folder) => findFile(folder, relative))
      .findLast((one) => one !== undefined);
    return found && describe(found.file, found.size);
  }

  /** The licence in the front matter of README.md, if it has one. */
  async license() {
    const readme = await this.file('README.md');
    const text = readme ? readFileSync(readme.file, 'utf8') : '';
    return /^---\n[^]*?^license: *(\S+)$[^]*?^---$/m.exec(text)?.[1];
  }

  /** The entries of the hub's tree API: directories and files, below `under`. */
  async tree(under = '', recursive = true) {
    /** @type {Map<string, boolean>} Whether each path is a directory. */
    const paths = new Map();
    for (const folder of this.folders) {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const relative = path
          .relative(folder, path.join(entry.parentPath ?? entry.path, entry.name))
          .split(path.sep)
          .join('/');
        if (entry.isFile() || entry.isDirectory()) paths.set(relative, entry.isDirectory());
      }
    }
    const prefix = under ? `${under}/` : '';
    const wanted = [...paths.keys()]
      .toSorted()
      .filter(
        (name) =>
          name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/')),
      );
    return Promise.all(
      wanted.map(async (name) => {
        if (paths.get(name))
          return {
            type: 'directory',
            oid: createHash('sha1').update(name).digest('hex'),
            size: 0,
            path: name,
          };
        const entry = await this.file(encodeURI(name));
        if (!entry) throw new Error(`${name} is gone`);
        const { oid, size, sha256 } = entry;
        return {
          type: 'file',
          oid,
          size,
          path: name,
          ...(sha256 && { lfs: { oid: sha256, size, pointerSize: POINTER_SIZE } }),
        };
      }),
    );
  }
}
