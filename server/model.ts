import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AutoModelForCausalLM, AutoTokenizer, env, LogLevel } from '@huggingface/transformers';
import { chooseFormat } from '../src/agents/prompt/choose-format.js';
import * as constrained from '../src/engine/runtime/constrained.js';
import { Generator } from '../src/engine/runtime/generator.js';
import { readModelFacts, renderChatTemplate } from '../src/engine/runtime/model-facts.js';
import { warmUp } from '../src/engine/runtime/warm-up.js';
import { UnmockedError } from '../src/errors.js';
import { type Dtype, dtypes, type Model } from '../src/models/model.js';
import { resolveModel } from '../src/models/registry.js';
import { weightsName, weightsPath } from '../src/models/weights-file.js';
import type { ServedModel } from '../src/openai/served-model.js';
import { leastTokens } from './least-tokens.js';
import { defaultDtype, type LoadModelOptions } from './load-model-options.js';

/** A model that computes in this thread. */
export interface LocalModel extends ServedModel {
  generator: Generator;
}

/**
 * Models below this size, in bytes, run on one thread: sharing the work costs more than it saves,
 * and takes processor time from the clients.
 */
const ONE_THREAD_BELOW = 32_000_000;

/** Encoding a text up to this length takes no time that others would notice. Characters. */
const CHEAP_LENGTH = 1 << 16;

/**
 * Loads a model with onnxruntime-node (in the package: ONNX Runtime's WASM) and warms it up. Checks
 * the files of a bundled model against the registry's lengths and digests first.
 *
 * @throws UnmockedError `unknown-model`, `model-not-found`, `file-not-found`, `integrity`,
 *   `model-load-failed`.
 */
export async function loadServedModel({
  model: reference,
  dtype = defaultDtype,
  root,
  modelsFolder = path.join(root, 'public/models'),
  cacheFolder = path.join(root, '.cache/transformers'),
}: LoadModelOptions): Promise<LocalModel> {
  const folder = asFolder(reference);
  const model = folder ? undefined : resolveModel(reference);
  const id = model?.id ?? path.basename(folder!);
  const local =
    folder ?? (model!.source.kind === 'bundled' ? path.join(modelsFolder, id) : undefined);
  const candidates = weightsFiles(model, dtype);
  const files = local ? [pickFile(local, candidates, id, model)] : candidates;
  if (local && model) await checkPins(local, model, files[0]!);

  env.logLevel = LogLevel.NONE; // the caller gets every failure as an error
  env.allowRemoteModels = !local;
  env.allowLocalModels = Boolean(local);
  env.cacheDir = cacheFolder;
  const source = local ?? (model!.source as { repository: string }).repository;
  const options = { revision: model?.source.kind === 'hub' ? model.source.revision : 'main' };
  const bytes = local ? (await stat(path.join(local, files[0]!))).size : Infinity;
  // WASM has one pool of threads for all models. The first model decides.
  if (env.backends.onnx.wasm && bytes < ONE_THREAD_BELOW) env.backends.onnx.wasm.numThreads ??= 1;
  const { tokenizer, network } = await firstThatLoads(files, id, async (file) => ({
    tokenizer: await AutoTokenizer.from_pretrained(source, options),
    network: await AutoModelForCausalLM.from_pretrained(source, {
      ...options,
      device: 'cpu',
      dtype,
      model_file_name: weightsName(file, dtype),
      session_options: bytes < ONE_THREAD_BELOW ? { intraOpNumThreads: 1 } : {},
    }),
  }));

  const facts = readModelFacts(network, tokenizer, model?.contextWindow);
  const generator = new Generator({
    model: network,
    tokenizer,
    ...facts,
    kvCacheBytes: 0,
    loadConstrained: async () => constrained,
  });
  await warmUp(generator, new AbortController().signal);

  const format = chooseFormat({ ...facts, wanted: model?.promptFormat }, (messages, options) =>
    renderChatTemplate(tokenizer, messages, options),
  );
  const leastTokensOf = leastTokens(tokenizer);
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    contextWindow: facts.contextWindow,
    dtype,
    fingerprint: `fp_${createHash('sha256')
      .update(`${id} ${dtype} ${model?.files[files[0]!]?.sha256 ?? bytes} ${env.version}`)
      .digest('hex')
      .slice(0, 10)}`,
    formatStop: format.stop,
    generator,
    prompt: async (conversation) => {
      const text = await format.render(conversation);
      if (text.length > CHEAP_LENGTH) checkLength(leastTokensOf(text), facts.contextWindow);
      return { text, tokenIds: generator.encode(text) };
    },
    checkConstraint: (constraint) => generator.checkConstraint(constraint),
    vocabulary: () => generator.vocabulary(),
    generate: (request, onToken, signal) => generator.generate(request, onToken, signal),
  };
}

/**
 * Refuses a text that cannot fit without its exact number of tokens: encoding a long text would keep
 * all other requests waiting.
 *
 * @throws UnmockedError `context-overflow`.
 */
function checkLength(leastTokens: number, contextWindow: number): void {
  if (leastTokens < contextWindow) return;
  throw new UnmockedError(
    'context-overflow',
    `The messages have at least ${leastTokens} tokens; ` +
      `the model's context window is ${contextWindow}, ` +
      'and the reply needs at least one of them. Shorten the messages.',
  );
}

function asFolder(reference: string): string | undefined {
  if (!path.isAbsolute(reference) && !/^\.{1,2}[/\\]/.test(reference)) return undefined;
  const folder = path.resolve(reference);
  if (!existsSync(path.join(folder, 'config.json'))) {
    throw new UnmockedError(
      'model-not-found',
      `There is no model in the folder "${reference}": it has no config.json. ` +
        "Use a folder in the hub's layout (config.json, tokenizer.json, onnx/…).",
    );
  }
  return folder;
}

/** Paths of the weights for a dtype, in the order of the attempts. */
function weightsFiles(model: Model | undefined, dtype: Dtype): string[] {
  const known = (model?.variants ?? [])
    .filter((variant) => variant.dtype === dtype)
    .map(({ file }) => file);
  const usual = model?.source.kind === 'bundled' ? [] : [weightsPath(dtype)];
  return [...new Set([...known, ...usual])];
}

function pickFile(folder: string, candidates: string[], id: string, model?: Model): string {
  const file = candidates.find((one) => existsSync(path.join(folder, one)));
  const remedy =
    candidates.map((one) => model?.files[one]?.ifMissing).find(Boolean) ??
    `Choose another dtype: ${dtypes.join(', ')}.`;
  if (!file)
    throw new UnmockedError(
      'file-not-found',
      candidates.length > 0
        ? `"${id}" has no ${candidates.join(' and no ')}. ${remedy}`
        : `"${id}" has no weights for this dtype. Choose another one: ${dtypes.join(', ')}.`,
    );
  return file;
}

/** @throws UnmockedError `integrity` if a file differs from the registry's pin. */
async function checkPins(folder: string, model: Model, weights: string): Promise<void> {
  const used = Object.entries(model.files).filter(
    ([name]) => name === weights || !name.startsWith('onnx/'),
  );
  for (const [name, pin] of used) {
    const content = await readFile(path.join(folder, name)).catch((cause: unknown) => {
      throw new UnmockedError(
        'file-not-found',
        `${name} of "${model.id}" is missing or cannot be read. Restore the file.`,
        { cause },
      );
    });
    const sha256 = createHash('sha256').update(content).digest('hex');
    if (content.length === pin.bytes && sha256 === pin.sha256) continue;
    throw new UnmockedError(
      'integrity',
      `${name} of "${model.id}" has ${content.length} bytes and the SHA-256 ${sha256}, ` +
        `but the registry says ${pin.bytes} bytes and ${pin.sha256}. Restore the file.`,
    );
  }
}

async function firstThatLoads<T>(
  files: string[],
  id: string,
  load: (file: string) => Promise<T>,
): Promise<T> {
  const failures: unknown[] = [];
  for (const file of files) {
    try {
      return await load(file);
    } catch (error) {
      failures.push(error);
    }
  }
  const reasons = files
    .map(
      (file, index) => `${file}: ${(failures[index] as Error).message ?? String(failures[index])}`,
    )
    .join('; ');
  throw new UnmockedError(
    'model-load-failed',
    `"${id}" could not be loaded. ${reasons || 'It has no weights for this dtype'}.`,
    { cause: failures[0] },
  );
}
