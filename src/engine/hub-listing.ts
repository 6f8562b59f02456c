import type { Model } from '../models/model.js';
import { hubTreeUrl } from '../models/model-urls.js';
import { fetchOrKept } from './kept-answers.js';

/** A listing of so many files may be the first page of several, so it cannot tell what is missing. */
export const LISTING_PAGE = 1000;
/** Milliseconds. Without a listing, a model loads unchecked. */
const LISTING_LIMIT = 15_000;

/** A listing of 1,000 files has 300 kB. Bytes. */
const LONGEST_LISTING = 16 * 1024 * 1024;

/** A file in a hub's listing. Only large (LFS) files have a `sha256`. */
export interface ListedFile {
  path: string;
  bytes?: number;
  sha256?: string;
}

/**
 * The files of a hub repository, by path; undefined if the server does not list them.
 *
 * @param keeps keeps the answer, for loads without the network. Default: true.
 */
export async function readHubTree(
  url: string,
  signal: AbortSignal,
  { keeps = true }: { keeps?: boolean } = {},
): Promise<Map<string, ListedFile> | undefined> {
  try {
    // Repositories change: a stale listing would name files that no longer exist. A hub that stalls
    // must not keep the model from loading.
    const response = await (keeps ? fetchOrKept : fetch)(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(LISTING_LIMIT)]),
      cache: 'no-cache',
    });
    const entries: unknown = response.ok ? await readListing(response) : undefined;
    if (!Array.isArray(entries)) return undefined;
    const files = new Map<string, ListedFile>();
    for (const { path, size, lfs } of entries as {
      path?: unknown;
      size?: unknown;
      lfs?: { size?: unknown; oid?: unknown };
    }[]) {
      if (typeof path !== 'string') continue;
      const bytes = lfs?.size ?? size;
      files.set(path, {
        path,
        bytes: isLength(bytes) ? bytes : undefined,
        // It becomes the name of a file.
        sha256:
          typeof lfs?.oid === 'string' && /^[0-9a-f]{64}$/.test(lfs.oid) ? lfs.oid : undefined,
      });
    }
    return files;
  } catch {
    return undefined;
  }
}

const isLength = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** @throws RangeError if it is longer than any listing. */
async function readListing(response: Response): Promise<unknown> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body!.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length <= LONGEST_LISTING) continue;
    void reader.cancel();
    throw new RangeError('The listing is too long.');
  }
  return JSON.parse(await new Blob(chunks).text());
}

/**
 * Reads a model's files from the hub or a mirror, so that the page can show the size of a download
 * before it starts.
 *
 * @returns the model with the lengths of its files and only the variants that exist; undefined if
 *   the server does not list files.
 */
export async function withListedFiles(
  model: Model,
  signal: AbortSignal,
): Promise<Model | undefined> {
  const url = hubTreeUrl(model.source);
  const tree = url && (await readHubTree(url, signal));
  if (!tree) return undefined;
  const variants = model.variants.filter(({ file }) => tree.has(file));
  const wanted = [
    ...variants.map(({ file }) => file),
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ];
  const files = Object.fromEntries(
    wanted.filter((path) => tree.has(path)).map((path) => [path, { bytes: tree.get(path)!.bytes }]),
  );
  return { ...model, files, variants };
}
