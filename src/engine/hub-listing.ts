import type { Model } from '../models/model.js';
import { hubTreeUrl } from '../models/registry.js';

/** A file as the hub lists it. Large files have their SHA-256 in `sha256`; small ones have none. */
export interface ListedFile {
  path: string;
  bytes?: number | undefined;
  sha256?: string | undefined;
}

/** The files of a hub repository, by path; undefined where there is no listing (no network, or a plain mirror). */
export async function readHubTree(
  url: string,
  signal: AbortSignal,
): Promise<Map<string, ListedFile> | undefined> {
  try {
    // What a repository holds changes; an old answer would name files that are gone.
    const response = await fetch(url, { signal, cache: 'no-cache' });
    const entries: unknown = response.ok ? await response.json() : undefined;
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
        bytes: typeof bytes === 'number' ? bytes : undefined,
        sha256: typeof lfs?.oid === 'string' ? lfs.oid : undefined,
      });
    }
    return files;
  } catch {
    return undefined;
  }
}

/**
 * Asks the hub (or a mirror) which files a model has, so that its size can be said before it is downloaded.
 *
 * @returns the model with the bytes of its files and only the variants that are there; undefined where there is no listing.
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
