import type { CacheShape } from './memory-estimate.js';
import type { Dtype } from './model.js';

/** What a model's `config.json` says about its size. Each fact is undefined if it does not say. */
export interface ModelConfigFacts {
  /** For instance `qwen2`. */
  architecture?: string;
  /** Tokens. */
  contextWindow?: number;
  /** Tokens in the vocabulary. */
  vocabulary?: number;
  /** Numbers of one token between two layers. */
  width?: number;
  cache?: CacheShape;
  /** The number format of the KV cache, where transformers.js's own part of the file names it. */
  kvValueBytes?: Partial<Record<Dtype, number>>;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the facts from a `config.json`, which may come from anywhere. GPT-2's names and those of Llama
 * and its many successors are known; a model of several parts names its text model `text_config`.
 */
export function readModelConfig(json: unknown): ModelConfigFacts {
  if (!isObject(json)) return {};
  const text = isObject(json['text_config']) ? json['text_config'] : json;
  const heads = first(text, 'num_attention_heads', 'n_head');
  const width = first(text, 'hidden_size', 'n_embd');
  const layers = attentionLayers(text) ?? first(text, 'num_hidden_layers', 'n_layer');
  const kvHeads = first(text, 'num_key_value_heads') ?? heads;
  const headDim = first(text, 'head_dim') ?? (heads && width ? width / heads : undefined);
  const architecture = text['model_type'] ?? json['model_type'];
  return {
    architecture: typeof architecture === 'string' ? architecture : undefined,
    contextWindow: first(text, 'n_positions', 'max_position_embeddings'),
    vocabulary: first(text, 'vocab_size'),
    width,
    cache: layers && kvHeads && headDim ? { layers, kvHeads, headDim } : undefined,
    kvValueBytes: valueBytes(json['transformers.js_config']),
  };
}

/** Layers of other kinds (convolution, linear attention) keep a state of fixed size, which is small. */
function attentionLayers({ layer_types: types }: Json): number | undefined {
  if (!Array.isArray(types)) return undefined;
  return types.filter((type) => /attention/.test(String(type)) && type !== 'linear_attention')
    .length;
}

const VALUE_BYTES: Readonly<Record<string, number>> = { float16: 2, float32: 4 };

/** `{ kv_cache_dtype: { fp16: 'float16', q4f16: 'float16' } }`, or one name for every dtype. */
function valueBytes(own: unknown): ModelConfigFacts['kvValueBytes'] {
  const named = isObject(own) ? own['kv_cache_dtype'] : undefined;
  if (!isObject(named)) return undefined;
  const known = Object.entries(named).flatMap(([dtype, type]) => {
    const bytes = VALUE_BYTES[String(type)];
    return bytes ? [[dtype, bytes] as const] : [];
  });
  return Object.fromEntries(known);
}

function first(json: Json, ...names: string[]): number | undefined {
  const value = names.map((name) => json[name]).find((one) => typeof one === 'number');
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
