import { UnmockedError } from '../errors.js';
import { type KeptModel, keptModels, LOCAL, rememberModel } from '../models/kept-models.js';
import type { Model, ModelFile } from '../models/model.js';
import { readModelConfig } from '../models/model-config.js';
import { models, usualVariants } from '../models/registry.js';
import { checkConfig } from './runtime/check-model.js';
import { whileUnused } from './file-lock.js';
import { STORE_FOLDER_NAME } from './stored-files.js';

/** The small files that a model may have. The first two it must have. */
const SMALL = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'generation_config.json',
  'chat_template.jinja',
];
const REQUIRED = SMALL.slice(0, 2);

export interface KeepOptions {
  signal?: AbortSignal;
  /** Bytes that are kept so far, of all. */
  onProgress?: (kept: number, total: number) => void;
}

/**
 * Copies a model from a folder of the user's into the model store. Only files that a load reads are
 * copied.
 *
 * @param folder the folder's name, which the model gets.
 * @param files by their path in the folder.
 * @returns what `resolveModel` finds from now on.
 * @throws UnmockedError `invalid-model` if files are missing, which it names, or cannot be right;
 *   `unsupported` if this browser keeps no files or has no room; `AbortError`.
 */
export async function keepFolder(
  folder: string,
  files: ReadonlyMap<string, File>,
  { signal, onProgress }: KeepOptions = {},
): Promise<KeptModel> {
  const wanted = filesOfModel(folder, files);
  const config = await readJson(folder, 'config.json', wanted.get('config.json')!);
  checkConfig(folder, config);
  await readJson(folder, 'tokenizer.json', wanted.get('tokenizer.json')!);
  const total = [...wanted.values()].reduce((sum, { size }) => sum + size, 0);
  await assertRoom(total);

  const store = await openStore();
  const kept: Record<string, Required<Pick<ModelFile, 'bytes' | 'sha256'>>> = {};
  let done = 0;
  for (const [path, file] of wanted) {
    signal?.throwIfAborted();
    onProgress?.(done, total);
    const sha256 = await digestOf(path, file);
    signal?.throwIfAborted();
    await put(store, sha256, file);
    kept[path] = { bytes: file.size, sha256 };
    done += file.size;
  }
  onProgress?.(total, total);
  const known = sameWeights(kept);
  const facts = readModelConfig(config);
  const model: KeptModel = {
    id: idFor(folder, kept),
    title: folder,
    description: 'From a folder of this computer. This browser keeps its files.',
    source: { kind: 'kept' },
    keptAt: Date.now(),
    files: kept,
    variants: usualVariants.filter(({ file }) => file in kept),
    capabilities: known?.capabilities ?? [],
    promptFormat: known?.promptFormat ?? 'template',
    contextWindow: facts.contextWindow,
    config: facts,
  };
  rememberModel(model);
  return model;
}

/** @throws UnmockedError `invalid-model` that names every file that is missing. */
function filesOfModel(folder: string, files: ReadonlyMap<string, File>): Map<string, File> {
  const wanted = new Map<string, File>();
  for (const name of SMALL) {
    const file = files.get(name);
    if (file) wanted.set(name, file);
  }
  const weights = usualVariants.map(({ file }) => file);
  for (const [path, file] of files) {
    // Some folders have the weights beside config.json.
    const place = path.includes('/') ? path : `onnx/${path}`;
    const isData = weights.some(
      (one) => place === `${one}_data` || place.startsWith(`${one}_data_`),
    );
    if (weights.includes(place) || isData) wanted.set(place, file);
  }
  const missing = REQUIRED.filter((name) => !wanted.has(name));
  if (!weights.some((path) => wanted.has(path)))
    missing.push(`weights (one of ${[...new Set(weights)].join(', ')})`);
  if (missing.length === 0) return wanted;
  throw new UnmockedError(
    'invalid-model',
    `The folder "${folder}" is no model that can be loaded here. It lacks: ${missing.join('; ')}. ` +
      "It has to have the layout of transformers.js's repositories.",
    { details: { missing } },
  );
}

async function readJson(folder: string, path: string, file: File): Promise<unknown> {
  try {
    return JSON.parse(await file.text());
  } catch (cause) {
    throw new UnmockedError(
      'invalid-model',
      `${path} in "${folder}" is not JSON: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

async function assertRoom(bytes: number): Promise<void> {
  const { quota, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota === undefined || quota - usage >= bytes) return;
  throw new UnmockedError(
    'unsupported',
    `The folder has ${bytes} bytes, and this browser keeps only ${quota - usage} more for this site. ` +
      'Delete a model that is kept here, or choose a folder with fewer dtypes.',
  );
}

async function openStore(): Promise<FileSystemDirectoryHandle> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(STORE_FOLDER_NAME, { create: true });
  } catch (cause) {
    throw new UnmockedError(
      'unsupported',
      'This browser keeps no files for this page: it needs a secure context, and a window that is not private.',
      { cause },
    );
  }
}

/** The browser's own digest is computed off the main thread, but wants the whole file in memory. */
async function digestOf(path: string, file: File): Promise<string> {
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch (cause) {
    throw new UnmockedError(
      'invalid-model',
      `${path} (${file.size} bytes) could not be read: ${(cause as Error).message}. ` +
        'A browser reads files of up to two gigabytes.',
      { cause },
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Writes aside; `close` puts the complete file in its place. */
async function put(store: FileSystemDirectoryHandle, sha256: string, file: File): Promise<void> {
  const there = await store.getFileHandle(sha256).then(
    (handle) => handle.getFile(),
    () => undefined,
  );
  if (there?.size === file.size) return;
  await whileUnused([sha256], async () => {
    const handle = await store.getFileHandle(sha256, { create: true });
    try {
      await file.stream().pipeTo(await handle.createWritable());
    } catch (cause) {
      await store.removeEntry(sha256).catch(() => undefined);
      throw new UnmockedError(
        'unsupported',
        `This browser could not keep ${file.name}: ${(cause as Error).message}.`,
        { cause },
      );
    }
  });
}

/** A model of the registry with the very weights of this one: what it can do is known. */
const sameWeights = (kept: Record<string, ModelFile>): Model | undefined =>
  models.find(({ variants, files }) =>
    variants.some(({ file }) => {
      const { sha256 } = files[file] ?? {};
      return sha256 !== undefined && Object.values(kept).some((one) => one.sha256 === sha256);
    }),
  );

/** The folder's name, in the characters of an id; with a number if another model has it. */
function idFor(folder: string, files: Record<string, ModelFile>): string {
  const name = folder.replace(/[^\w.-]+/g, '-').slice(0, 80) || 'model';
  const same = (id: string) => {
    const other = keptModels().find((one) => one.id === id);
    return !other || JSON.stringify(other.files) === JSON.stringify(files);
  };
  let id = LOCAL + name;
  for (let number = 2; !same(id); number++) id = `${LOCAL}${name}-${number}`;
  return id;
}
