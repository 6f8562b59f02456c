import { UnmockedError } from '../errors.js';
import { distilgpt2 } from './distilgpt2.js';
import type { Model, ModelSource } from './model.js';
import { unmockedTiny } from './unmocked-tiny.js';

/** The models that have a name here. Any other can be given as a hub id or as a folder's URL. */
export const models: readonly Model[] = [unmockedTiny, distilgpt2];

export const HUB = 'https://huggingface.co/';

/** `owner/name` or `owner/name@revision`, as the hub allows them. */
const HUB_ID = /^([A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95})(?:@([\w./-]{1,200}))?$/;

export interface ResolveOptions {
  /** Base URL of a mirror in the hub's layout; default: the hub. Also for registry models that come from the hub. */
  hub?: string | undefined;
}

/**
 * Turns what a user wrote into a model: a registry id (`unmocked-tiny`), a hub id (`owner/name`, `owner/name@revision`), or a folder in the
 * hub's layout given by URL or by an absolute path of this site (`/models/mine/`). Looks nothing up.
 *
 * @throws UnmockedError `unknown-model` when it is none of these, `invalid-argument` when `hub` is not an http(s) URL.
 */
export function resolveModel(reference: string | Model, options: ResolveOptions = {}): Model {
  const model = typeof reference === 'string' ? parseReference(reference.trim()) : reference;
  if (!options.hub || model.source.kind !== 'hub') return model;
  return { ...model, source: { ...model.source, host: httpUrl(options.hub, 'hub') } };
}

/** Folder of the model's files, as an absolute URL that ends with a slash. */
export function modelBaseUrl(source: ModelSource, id: string, pageBase: string): string {
  switch (source.kind) {
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

/** Where the hub lists a repository's files with their bytes and digests. */
export function hubTreeUrl(source: ModelSource): string | undefined {
  if (source.kind !== 'hub') return undefined;
  return new URL(
    `api/models/${source.repository}/tree/${encodeURIComponent(source.revision)}?recursive=true`,
    source.host ?? HUB,
  ).href;
}

function parseReference(reference: string): Model {
  const known = models.find(
    (model) =>
      model.id === reference ||
      (model.source.kind === 'hub' && model.source.repository === reference),
  );
  if (known) return known;
  if (/^(https?:\/\/|\.\/|\/(?!\/))/i.test(reference)) {
    if (/^https?:/i.test(reference)) httpUrl(reference, 'model');
    return unlisted(reference, { kind: 'folder', url: reference });
  }
  const match = HUB_ID.exec(reference);
  if (match)
    return unlisted(reference, {
      kind: 'hub',
      repository: match[1]!,
      revision: match[2] ?? 'main',
    });
  throw new UnmockedError(
    'unknown-model',
    `There is no model "${reference}". Allowed: ${models.map((model) => `"${model.id}"`).join(', ')}, a hub id such as "owner/name", or the URL of a folder in the hub's layout.`,
  );
}

/** A model that the registry does not know: transformers.js's usual file names, tried in the order of their size. */
function unlisted(id: string, source: ModelSource): Model {
  return {
    id,
    title: id,
    description:
      source.kind === 'hub'
        ? 'From the Hugging Face hub; not pinned by this project.'
        : 'From a folder; not pinned by this project.',
    source,
    files: {},
    variants: [
      { device: 'webgpu', dtype: 'q4f16', file: 'onnx/model_q4f16.onnx' },
      { device: 'webgpu', dtype: 'fp16', file: 'onnx/model_fp16.onnx' },
      { device: 'webgpu', dtype: 'fp32', file: 'onnx/model.onnx' },
      { device: 'wasm', dtype: 'q8', file: 'onnx/decoder_model_merged_quantized.onnx' },
      { device: 'wasm', dtype: 'q8', file: 'onnx/model_quantized.onnx' },
      { device: 'wasm', dtype: 'fp32', file: 'onnx/model.onnx' },
    ],
    capabilities: [],
    promptFormat: 'template',
  };
}

function httpUrl(text: string, what: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new UnmockedError(
      'invalid-argument',
      `${what} "${text}" is not a URL. Give one such as "https://example.org/".`,
      { cause },
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UnmockedError(
      'invalid-argument',
      `${what} "${text}" has the scheme "${url.protocol}". Allowed: http and https.`,
    );
  }
  if (url.username || url.password) {
    throw new UnmockedError(
      'invalid-argument',
      `${what} holds a user name or password. Give a URL without credentials.`,
    );
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
