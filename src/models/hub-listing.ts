import type { Model } from './model.js';
import { hubTreeUrl } from './registry.js';

/**
 * Asks the hub (or a mirror) which files a model has, so that its size can be said before it is downloaded.
 *
 * @returns the model with the bytes of its files and only the variants that are there; undefined where there is no listing.
 */
export async function withListedFiles(model: Model, signal: AbortSignal): Promise<Model | undefined> {
  const url = hubTreeUrl(model.source);
  if (!url) return undefined;
  try {
    const response = await fetch(url, { signal });
    const entries: unknown = response.ok ? await response.json() : undefined;
    if (!Array.isArray(entries)) return undefined;
    const sizes = new Map<string, number>();
    for (const { path, size, lfs } of entries as { path?: unknown; size?: unknown; lfs?: { size?: unknown } }[]) {
      const bytes = lfs?.size ?? size;
      if (typeof path === 'string' && typeof bytes === 'number') sizes.set(path, bytes);
    }
    const variants = model.variants.filter(({ file }) => sizes.has(file));
    const wanted = [...new Set([...variants.map(({ file }) => file), 'config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'])];
    const files = Object.fromEntries(wanted.filter((path) => sizes.has(path)).map((path) => [path, { bytes: sizes.get(path)! }]));
    return { ...model, files, variants };
  } catch {
    return undefined; // no network, or a mirror without a listing: the download itself will say
  }
}
