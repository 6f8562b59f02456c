import { UnmockedError } from '../errors.js';
import { type ModelConfigFacts, readModelConfig } from '../models/model-config.js';
import { hubTreeUrl, HUB, modelBaseUrl } from '../models/model-urls.js';
import type { Model } from '../models/model.js';

/** What a hub says about a model, without its weights. */
export interface HubFacts {
  /** With the lengths of its files, and only the variants that it has. */
  model: Model;
  config: ModelConfigFacts;
  /** The hub's name for the licence; undefined if it names none. */
  license?: string;
  /** What its chat template can show; undefined if it has none. */
  template?: { tools: boolean };
}

/** Milliseconds for each answer. */
const LIMIT = 20_000;

/**
 * Asks the hub, or the mirror of the model, for the files and the configuration of a model.
 *
 * @throws UnmockedError `model-not-found` for an unknown id or revision and for a gated model;
 *   `invalid-model` if it has no weights that can be loaded here; `network`; `AbortError`.
 */
export async function askHub(model: Model, signal: AbortSignal): Promise<HubFacts> {
  if (model.source.kind !== 'hub') throw new TypeError(`${model.id} is on no hub`);
  const { repository, revision, host = HUB } = model.source;
  const at = new URL(`api/models/${repository}/revision/${encodeURIComponent(revision)}`, host);
  const base = modelBaseUrl(model.source, model.id, host);
  const tree = await ask(hubTreeUrl(model.source)!, model, signal);
  const files = filesIn(await tree.json());
  const variants = model.variants.filter(({ file }) => files[file]);
  if (variants.length === 0) throw noWeights(model, Object.keys(files));
  const [config, about, template] = await Promise.all([
    ask(new URL('config.json', base).href, model, signal).then((answer) => answer.json()),
    // A mirror may have no such answer.
    ask(at.href, model, signal).then(
      (answer) => answer.json() as unknown,
      () => undefined,
    ),
    templateOf(base, files, model, signal),
  ]);
  return {
    model: { ...model, files: wanted(files, variants), variants },
    config: readModelConfig(config),
    license: licenseIn(about),
    template: template === undefined ? undefined : { tools: /\btools\b/.test(template) },
  };
}

async function ask(url: string, model: Model, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT)]),
      cache: 'no-cache',
    });
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new UnmockedError(
      'network',
      `${new URL(url).host} could not be asked about "${model.id}": ${(cause as Error).message}. ` +
        'Check the connection, or set a mirror in the settings.',
      { cause, details: { url } },
    );
  }
  if (response.ok) return response;
  const { status } = response;
  const code = response.headers.get('x-error-code') ?? '';
  const details = { url, status, code };
  const fail = (kind: 'model-not-found' | 'network', text: string) =>
    new UnmockedError(kind, text, { details });
  if (code === 'GatedRepo')
    throw fail(
      'model-not-found',
      `"${model.id}" is gated: its owner gives it only to people who accept the terms and are logged in. ` +
        'This page logs in nowhere. Download it yourself and choose its folder below.',
    );
  if (code === 'RevisionNotFound')
    throw fail('model-not-found', `"${model.id}": the repository has no such revision.`);
  // The hub answers 401 for a repository that does not exist, as it does for a private one.
  if ([401, 403, 404, 410].includes(status))
    throw fail(
      'model-not-found',
      `The hub has no public model "${model.id}" (status ${status}). Check the spelling, capitals included.`,
    );
  throw fail('network', `${new URL(url).host} answered with status ${status}. Try again later.`);
}

type Files = Record<string, { bytes: number; sha256?: string }>;

function filesIn(entries: unknown): Files {
  const files: Files = {};
  for (const { type, path, size, lfs } of (Array.isArray(entries) ? entries : []) as {
    type?: unknown;
    path?: unknown;
    size?: unknown;
    lfs?: { size?: unknown; oid?: unknown };
  }[]) {
    const bytes = lfs?.size ?? size;
    if (type === 'directory' || typeof path !== 'string' || typeof bytes !== 'number') continue;
    files[path] = { bytes, ...(typeof lfs?.oid === 'string' ? { sha256: lfs.oid } : {}) };
  }
  return files;
}

/** The weights, with their external data, and the small files that a load reads. */
const wanted = (files: Files, variants: Model['variants']): Files =>
  Object.fromEntries(
    Object.entries(files).filter(
      ([path]) =>
        /^(config|generation_config|tokenizer|tokenizer_config)\.json$/.test(path) ||
        variants.some(({ file }) => path === file || path.startsWith(`${file}_data`)),
    ),
  );

function noWeights(model: Model, paths: readonly string[]): UnmockedError {
  const other = paths.filter((path) => path.endsWith('.onnx'));
  return new UnmockedError(
    'invalid-model',
    other.length > 0
      ? `"${model.id}" has ONNX files, but none with a name that can be loaded here: ${other.slice(0, 5).join(', ')}.`
      : `"${model.id}" has no ONNX files. Many models have a copy for transformers.js under ` +
          `"onnx-community/…": look for "${model.id.split('/').at(-1)}" there.`,
    { details: { files: other } },
  );
}

async function templateOf(
  base: string,
  files: Files,
  model: Model,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (files['chat_template.jinja'])
    return (await ask(new URL('chat_template.jinja', base).href, model, signal)).text();
  if (!files['tokenizer_config.json']) return undefined;
  const answer = await ask(new URL('tokenizer_config.json', base).href, model, signal);
  const { chat_template: template } = (await answer.json()) as { chat_template?: unknown };
  // One template, or several with names.
  return template ? JSON.stringify(template) : undefined;
}

function licenseIn(about: unknown): string | undefined {
  const { cardData, tags } = (about ?? {}) as {
    cardData?: { license?: unknown };
    tags?: unknown;
  };
  if (typeof cardData?.license === 'string') return cardData.license;
  const tag = (Array.isArray(tags) ? tags : []).find((one) => String(one).startsWith('license:'));
  return tag ? String(tag).slice('license:'.length) : undefined;
}
