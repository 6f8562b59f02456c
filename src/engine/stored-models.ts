import { UnmockedError } from '../errors.js';
import { forgetModel, keptModels } from '../models/kept-models.js';
import { models as registry } from '../models/registry.js';
import { whileUnused } from './file-lock.js';
import { ANSWERS } from './kept-answers.js';
import { STORE_FOLDER_NAME } from './stored-files.js';

/** A file that this browser keeps. */
export interface StoredFile {
  path: string;
  bytes: number;
  /** Where it is: its name in the model store, or its address among the kept answers. */
  at: { store: string } | { answer: string };
  /** Milliseconds since 1970; undefined if the server did not say. */
  keptAt?: number;
  /** A download that was interrupted, and goes on with the next load. */
  incomplete?: boolean;
}

/** A model of which this browser keeps files. */
export interface StoredModel {
  /** As the settings name it; empty for files that no known model has. */
  id: string;
  files: StoredFile[];
  bytes: number;
  /** When its last file was kept. */
  keptAt?: number;
}

/** A file of a model, by the digest that names it in the store. */
interface Owner {
  id: string;
  path: string;
}

const DIGEST = /^([0-9a-f]{64})(\.part)?$/;
const LISTING = /\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/?]+)/;
const ANSWER = /\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/;

/** Every model of which something is kept, the largest first. Asks nobody. */
export async function listStored(): Promise<StoredModel[]> {
  const answers = await openAnswers();
  const owners = await ownersOf(answers);
  const found = new Map<string, StoredFile[]>();
  const add = (id: string, file: StoredFile) => found.set(id, [...(found.get(id) ?? []), file]);

  for (const [name, { size, lastModified }] of await storedFiles()) {
    const [, digest, part] = DIGEST.exec(name) ?? [];
    const file = {
      bytes: size,
      at: { store: name },
      keptAt: lastModified,
      ...(part ? { incomplete: true } : {}),
    };
    const own = owners.get(digest ?? '') ?? [{ id: '', path: name }];
    for (const { id, path } of own) add(id, { path, ...file });
  }
  for (const { url } of (await answers?.keys()) ?? []) {
    const [, repository, revision, path] = ANSWER.exec(new URL(url).pathname) ?? [];
    const response = await answers?.match(url);
    if (!repository || !revision || !path || !response) continue;
    add(idOf(repository, revision), {
      path: decodeURIComponent(path),
      bytes: (await response.blob()).size,
      at: { answer: url },
      keptAt: Date.parse(response.headers.get('date') ?? '') || undefined,
    });
  }
  return [...found]
    .map(([id, files]) => ({
      id,
      files: files.toSorted((a, b) => b.bytes - a.bytes),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      keptAt: Math.max(...files.map(({ keptAt }) => keptAt ?? 0)) || undefined,
    }))
    .toSorted((a, b) => b.bytes - a.bytes);
}

/**
 * Deletes all files of these models, but for those that another kept model has too. An engine that is
 * loaded goes on: it has its own copy in memory.
 *
 * @throws UnmockedError `in-use` while a file is being downloaded or read; then nothing is deleted.
 */
export async function deleteStored(chosen: readonly StoredModel[]): Promise<void> {
  const ids = new Set(chosen.map(({ id }) => id));
  const others = (await listStored()).filter(({ id }) => !ids.has(id));
  const shared = new Set(others.flatMap(({ files }) => files.map(keyOf)));
  const files = chosen.flatMap((one) => one.files).filter((file) => !shared.has(keyOf(file)));
  const names = [...new Set(files.flatMap(({ at }) => ('store' in at ? at.store : [])))];
  const digests = new Set(names.flatMap((name) => DIGEST.exec(name)?.[1] ?? []));
  const done = await whileUnused([...digests], async () => {
    const folder = await openFolder();
    for (const name of names) await folder?.removeEntry(name);
    const answers = await openAnswers();
    for (const { at } of files) if ('answer' in at) await answers?.delete(at.answer);
    for (const id of ids) forgetModel(id);
    await forgetListings(answers, ids);
  });
  if (!done)
    throw new UnmockedError(
      'in-use',
      'A model is being downloaded or read just now, here or in another tab. ' +
        'Wait until it is loaded, or stop it, and delete again.',
    );
}

const keyOf = ({ at }: StoredFile): string => ('store' in at ? at.store : at.answer);

/** The registry's name of a repository, or the reference that the settings take. */
function idOf(repository: string, revision: string): string {
  const known = registry.find(
    ({ source }) => source.kind === 'hub' && source.repository === repository,
  );
  if (known) return known.id;
  const at = decodeURIComponent(revision);
  return at === 'main' ? repository : `${repository}@${at}`;
}

/** Which models have a file with this digest: by the registry, the kept listings and the user's folders. */
async function ownersOf(answers: Cache | undefined): Promise<Map<string, Owner[]>> {
  const owners = new Map<string, Owner[]>();
  const add = (digest: string, owner: Owner) => {
    const known = owners.get(digest) ?? [];
    if (!known.some(({ id }) => id === owner.id)) owners.set(digest, [...known, owner]);
  };
  const hubModels = registry.filter(({ source }) => source.kind === 'hub');
  for (const { id, files } of [...hubModels, ...keptModels()])
    for (const [path, { sha256 }] of Object.entries(files)) if (sha256) add(sha256, { id, path });
  for (const { url } of (await answers?.keys()) ?? []) {
    const [, repository, revision] = LISTING.exec(url) ?? [];
    const response = repository && (await answers?.match(url));
    if (!response || !repository || !revision) continue;
    const entries: unknown = await response.json().catch(() => undefined);
    for (const { path, lfs } of (Array.isArray(entries) ? entries : []) as {
      path?: unknown;
      lfs?: { oid?: unknown };
    }[])
      if (typeof path === 'string' && typeof lfs?.oid === 'string')
        add(lfs.oid, { id: idOf(repository, revision), path });
  }
  return owners;
}

async function forgetListings(answers: Cache | undefined, ids: ReadonlySet<string>): Promise<void> {
  for (const { url } of (await answers?.keys()) ?? []) {
    const [, repository, revision] = LISTING.exec(url) ?? [];
    if (repository && revision && ids.has(idOf(repository, revision))) await answers?.delete(url);
  }
}

async function storedFiles(): Promise<[string, File][]> {
  const files: [string, File][] = [];
  for await (const [name, handle] of (await openFolder())?.entries() ?? [])
    if (handle.kind === 'file')
      files.push([name, await (handle as FileSystemFileHandle).getFile()]);
  return files;
}

/** Undefined if nothing is kept, or this page may keep nothing. */
async function openFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(STORE_FOLDER_NAME);
  } catch {
    return undefined;
  }
}

const openAnswers = async (): Promise<Cache | undefined> =>
  (await globalThis.caches?.has(ANSWERS)) ? caches.open(ANSWERS) : undefined;
