import type { ModelSource } from './model.js';

export const HUB = 'https://huggingface.co/';

/** The folder of the model's files: an absolute URL that ends with a slash. */
export function modelBaseUrl(source: ModelSource, id: string, pageBase: string): string {
  switch (source.kind) {
    case 'kept': // never asked
    case 'bundled':
      return new URL(`models/${id}/`, pageBase).href;
    case 'hub':
      return new URL(
        `${source.repository}/resolve/${encodeURIComponent(source.revision)}/`,
        source.host ?? HUB,
      ).href;
    case 'folder':
      return new URL(source.url.endsWith('/') ? source.url : `${source.url}/`, pageBase).href;
  }
}

/** The hub's listing of a repository's files; undefined for a model that is not on a hub. */
export function hubTreeUrl(source: ModelSource): string | undefined {
  if (source.kind !== 'hub') return undefined;
  return new URL(
    `api/models/${source.repository}/tree/${encodeURIComponent(source.revision)}?recursive=true`,
    source.host ?? HUB,
  ).href;
}
