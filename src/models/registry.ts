import { UnmockedError } from '../errors.js';
import { distilgpt2 } from './distilgpt2.js';
import { keptModels } from './kept-models.js';
import type { Dtype, LocalDevice, Model, ModelSource, ModelVariant } from './model.js';
import { unmockedTiny } from './unmocked-tiny.js';
import { weightsPath } from './weights-file.js';

/** The named models. Any other model is given as a hub id or as the URL of a folder. */
export const models: readonly Model[] = [unmockedTiny, distilgpt2];

/** `owner/name` or `owner/name@revision`, in the characters that the hub allows. */
const HUB_ID = /^([A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95})(?:@([\w./-]{1,200}))?$/;

export interface ResolveOptions {
  /** Base URL of a mirror in the hub's layout. Named models use it too. Default: the hub. */
  hub?: string;
}

/**
 * Turns a model reference into a model. A reference is a registry id (`unmocked-tiny`), a hub id
 * (`owner/name`, `owner/name@revision`), a folder in the hub's layout: its URL, or an absolute
 * path on this site (`/models/mine/`), or a model that this browser keeps (`local:mine`). Makes no
 * request.
 *
 * @throws UnmockedError `unknown-model` if the reference has none of these forms, or this browser does
 *   not keep the model; `invalid-argument` if `hub` is not an http(s) URL.
 */
export function resolveModel(reference: string | Model, options: ResolveOptions = {}): Model {
  const model = typeof reference === 'string' ? parseReference(reference.trim()) : reference;
  if (!options.hub || model.source.kind !== 'hub') return model;
  return { ...model, source: { ...model.source, host: httpUrl(options.hub, 'hub') } };
}

function parseReference(reference: string): Model {
  const known = [...models, ...keptModels()].find(
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
    `Unknown model "${reference}". ` +
      `Allowed: ${models.map((model) => `"${model.id}"`).join(', ')}, ` +
      `a hub id such as "owner/name", or the URL of a folder in the hub's layout.`,
  );
}

/**
 * A model that is not in the registry. It has transformers.js's usual file names, smallest first.
 */
function unlisted(id: string, source: ModelSource): Model {
  return {
    id,
    title: id,
    description: `From ${source.kind === 'hub' ? 'the Hugging Face hub' : 'a folder'}. This project does not pin its files.`,
    source,
    files: {},
    variants: usualVariants,
    capabilities: [],
    promptFormat: 'template',
  };
}

const usual = (device: LocalDevice, ...all: Dtype[]): ModelVariant[] =>
  all.map((dtype) => ({ device, dtype, file: weightsPath(dtype) }));

/** transformers.js's usual file names, best first. */
export const usualVariants: ModelVariant[] = [
  ...usual('webgpu', 'q4f16', 'fp16', 'fp32'),
  { device: 'wasm', dtype: 'q8', file: 'onnx/decoder_model_merged_quantized.onnx' },
  ...usual('wasm', 'q8', 'q4', 'fp32'),
];

function httpUrl(text: string, what: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new UnmockedError(
      'invalid-argument',
      `${what} "${text}" is not a URL. Use a URL such as "https://example.org/".`,
      { cause },
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UnmockedError(
      'invalid-argument',
      `${what} "${text}" has the scheme "${url.protocol}". Allowed: "http:" and "https:".`,
    );
  }
  if (url.username || url.password) {
    throw new UnmockedError(
      'invalid-argument',
      `${what} contains a user name or password. Use a URL without credentials.`,
    );
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
