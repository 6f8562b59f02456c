import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AutoModelForCausalLM, AutoTokenizer, env, LogLevel } from '@huggingface/transformers';
import type { Message } from '../src/agents/agent.js';
import * as constrained from '../src/engine/runtime/constrained.js';
import { Generator } from '../src/engine/runtime/generator.js';
import { takeApart } from '../src/engine/runtime/special-tokens.js';
import { UnmockedError } from '../src/errors.js';
import type { Dtype, Model } from '../src/models/model.js';
import { resolveModel } from '../src/models/registry.js';
import { toTranscript } from './prompt.js';
import type { LoadModelOptions, ServedModel } from './served-model.js';

/** A model that computes in this thread. */
export interface LocalModel extends ServedModel {
  generator: Generator;
}

const DTYPES = ['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const satisfies readonly Dtype[];

/** Below this, handing work to more threads costs more than it saves, and takes the processor from whoever waits for the tokens. Bytes. */
const ONE_THREAD_BELOW = 32_000_000;

/**
 * Loads a model with onnxruntime-node and computes one token to warm it up. The files of a bundled model are checked against the
 * registry's lengths and digests first.
 *
 * @throws UnmockedError `unknown-model`, `model-not-found`, `file-not-found`, `integrity`, `model-load-failed`.
 */
export async function loadServedModel({
  model: reference,
  dtype = 'q8',
  root,
}: LoadModelOptions): Promise<LocalModel> {
  const folder = asFolder(reference);
  const model = folder ? undefined : resolveModel(reference);
  const id = model?.id ?? path.basename(folder!);
  const local =
    folder ?? (model!.source.kind === 'bundled' ? path.join(root, 'public/models', id) : undefined);
  const candidates = weightsFiles(model, dtype);
  const files = local ? [pickFile(local, candidates, id)] : candidates;
  if (local && model) await checkPins(local, model, files[0]!);

  env.logLevel = LogLevel.NONE; // errors reach the caller as errors
  env.allowRemoteModels = !local;
  env.allowLocalModels = Boolean(local);
  env.cacheDir = path.join(root, '.cache/transformers');
  const source = local ?? (model!.source as { repository: string }).repository;
  const options = { revision: model?.source.kind === 'hub' ? model.source.revision : 'main' };
  const bytes = local ? (await stat(path.join(local, files[0]!))).size : Infinity;
  const { tokenizer, network } = await firstThatLoads(files, id, async (file) => ({
    tokenizer: await AutoTokenizer.from_pretrained(source, options),
    network: await AutoModelForCausalLM.from_pretrained(source, {
      ...options,
      device: 'cpu',
      dtype,
      model_file_name: path.basename(file, '.onnx').replace(/_(quantized|fp16|q4|q4f16)$/, ''),
      session_options: bytes < ONE_THREAD_BELOW ? { intraOpNumThreads: 1 } : {},
    }),
  }));

  const config = network.config as unknown as {
    n_positions?: number;
    max_position_embeddings?: number;
    eos_token_id?: number | number[] | null;
  };
  const contextWindow =
    config.n_positions ?? config.max_position_embeddings ?? model?.contextWindow ?? 2048;
  const eosTokenIds = [
    network.generation_config?.eos_token_id ?? config.eos_token_id ?? [],
  ].flat() as number[];
  const generator = new Generator({
    model: network,
    tokenizer,
    contextWindow,
    eosTokenIds,
    kvCacheBytes: 0,
    loadConstrained: async () => constrained,
  });
  await generator.generate(WARM_UP, () => undefined, new AbortController().signal);

  const eosToken = generator.decode(eosTokenIds.slice(0, 1), false);
  const usesTemplate = model?.promptFormat !== 'transcript' && Boolean(tokenizer.chat_template);
  const render = (messages: readonly Message[]) =>
    usesTemplate
      ? (tokenizer.apply_chat_template(
          messages.map(({ role, content }) => ({
            role,
            content: takeApart(content, tokenizer.all_special_tokens),
          })),
          { tokenize: false, add_generation_prompt: true },
        ) as string)
      : toTranscript(messages, eosToken);
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    contextWindow,
    dtype,
    fingerprint: `fp_${createHash('sha256')
      .update(`${id} ${dtype} ${model?.files[files[0]!]?.sha256 ?? bytes} ${env.version}`)
      .digest('hex')
      .slice(0, 10)}`,
    usesTemplate,
    generator,
    prompt: async (messages) => {
      const text = render(messages);
      return { text, tokenIds: generator.encode(text) };
    },
    generate: (request, onToken, signal) => generator.generate(request, onToken, signal),
  };
}

const WARM_UP = {
  prompt: 'Hello',
  maxTokens: 1,
  temperature: 0,
  topP: 1,
  topK: 0,
  repetitionPenalty: 1,
  seed: 0,
  stop: [],
  client: 'warm-up',
};

function asFolder(reference: string): string | undefined {
  if (!path.isAbsolute(reference) && !/^\.{1,2}[/\\]/.test(reference)) return undefined;
  const folder = path.resolve(reference);
  if (!existsSync(path.join(folder, 'config.json'))) {
    throw new UnmockedError(
      'model-not-found',
      `There is no model in the folder "${reference}": it has no config.json. Give a folder in the hub's layout (config.json, tokenizer.json, onnx/…).`,
    );
  }
  return folder;
}

/** Paths of the weights for a dtype, in the order in which they are tried. */
function weightsFiles(model: Model | undefined, dtype: Dtype): string[] {
  const suffix = dtype === 'fp32' ? '' : dtype === 'q8' ? '_quantized' : `_${dtype}`;
  const known = (model?.variants ?? [])
    .filter((variant) => variant.dtype === dtype)
    .map(({ file }) => file);
  return [
    ...new Set([
      ...known,
      ...(model?.source.kind === 'bundled' ? [] : [`onnx/model${suffix}.onnx`]),
    ]),
  ];
}

function pickFile(folder: string, candidates: string[], id: string): string {
  const file = candidates.find((one) => existsSync(path.join(folder, one)));
  if (!file)
    throw new UnmockedError(
      'file-not-found',
      `"${id}" has none of the files ${candidates.join(', ') || '(none is known)'}. Choose another dtype: ${DTYPES.join(', ')}.`,
    );
  return file;
}

/** @throws UnmockedError `integrity` where a file is not the one that the registry names. */
async function checkPins(folder: string, model: Model, weights: string): Promise<void> {
  const used = Object.entries(model.files).filter(
    ([name]) => name === weights || !name.startsWith('onnx/'),
  );
  for (const [name, pin] of used) {
    const content = await readFile(path.join(folder, name)).catch((cause: unknown) => {
      throw new UnmockedError(
        'file-not-found',
        `${name} of "${model.id}" is missing or cannot be read.`,
        { cause },
      );
    });
    const sha256 = createHash('sha256').update(content).digest('hex');
    if (content.length === pin.bytes && sha256 === pin.sha256) continue;
    throw new UnmockedError(
      'integrity',
      `${name} of "${model.id}" has ${content.length} bytes and the SHA-256 ${sha256}, but the registry says ${pin.bytes} bytes and ${pin.sha256}. Restore the file.`,
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
    `"${id}" could not be loaded. ${reasons || 'No file is known for this dtype'}.`,
    { cause: failures[0] },
  );
}
