import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { findFile } from '../../scripts/lib/static-files.mjs';

const LFS_SUFFIXES = ['.onnx', '.onnx_data', '.bin', '.safetensors', '.gguf'];
const LFS_SIZE = 10 * 1024 * 1024;
/** A pointer is about this long; its true size varies by a few bytes with the number of digits. */
const POINTER_SIZE = 134;

const digests = new Map();

async function hash(algorithm, file, header = '') {
  const digest = createHash(algorithm).update(header);
  for await (const chunk of createReadStream(file)) digest.update(chunk);
  return digest.digest('hex');
}

/** A file as the hub knows it: its git object id, and whether it is stored as LFS, with its SHA-256. Hashed once per state on disk. */
async function describe(file, size) {
  const { mtimeMs } = statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  if (!digests.has(key)) {
    const large = size > LFS_SIZE || LFS_SUFFIXES.some((suffix) => file.endsWith(suffix));
    const work = large
      ? hash('sha256', file).then((sha256) => ({
          sha256,
          oid: createHash('sha1').update(sha256).digest('hex'),
        }))
      : hash('sha1', file, `blob ${size}\0`).then((oid) => ({ sha256: undefined, oid }));
    digests.set(key, work);
  }
  return { file, size, ...(await digests.get(key)) };
}

/**
 * The folders of one repository as one tree; a file of a later folder hides one of the same name in an earlier folder, so that
 * weights made for a test can be laid over a published model's own configuration and tokenizer.
 */
export class Repository {
  constructor(name, folders) {
    this.name = name;
    this.folders = folders.map((folder) => path.resolve(folder));
    for (const folder of this.folders) {
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
        throw new Error(`${name}: no such folder: ${folder}`);
    }
    this.commit = createHash('sha1').update(name).digest('hex');
  }

  /** The commit that a revision stands for: `main`, or any full commit id, so that a page which pins one can use this hub. */
  resolve(revision) {
    if (revision === 'main') return this.commit;
    return /^[0-9a-f]{40}$/.test(revision) ? revision : undefined;
  }

  /** One file as `{ file, size, oid, sha256 }`, `sha256` only where it is stored as LFS; `undefined` where there is none. */
  async file(relative) {
    const found = this.folders.map((folder) => findFile(folder, relative)).findLast(Boolean);
    return found && describe(found.file, found.size);
  }

  /** The entries of the hub's tree API: directories and files, below `under`. */
  async tree(under = '', recursive = true) {
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
        const { oid, size, sha256 } = await this.file(encodeURI(name));
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
