import type { ModelConfigFacts } from './model-config.js';

/** What this project knows about a model of the hub before anybody asks the hub. */
export interface InstructModel {
  /** The hub's id: `owner/name`. */
  id: string;
  title: string;
  description: string;
  /** The hub's name for the licence. */
  license: string;
  config: ModelConfigFacts;
  /** Where all of this was read, on 2026-11-28. */
  sources: string[];
}

const SMOL_CACHE = { fp16: 2, q4f16: 2 } as const;

/**
 * Instruct models in transformers.js's form that a browser can hold. Sizes are not here: the hub's
 * listing says them, when somebody asks. What they were trained for is in trained-for.ts.
 */
export const instructModels: readonly InstructModel[] = [
  {
    id: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    title: 'SmolLM2 135M Instruct',
    description: 'The smallest: 135 million parameters. It chats, and calls no tools.',
    license: 'apache-2.0',
    config: {
      architecture: 'llama',
      contextWindow: 8192,
      vocabulary: 49_152,
      width: 576,
      cache: { layers: 30, kvHeads: 3, headDim: 64 },
      kvValueBytes: SMOL_CACHE,
    },
    sources: [
      'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct/tree/main/onnx',
      'https://huggingface.co/lilmeaty/Jaja-small-v4/commit/9d96a7938d312d886b8e60f36f325e0ab1934b56',
    ],
  },
  {
    id: 'HuggingFaceTB/SmolLM2-360M-Instruct',
    title: 'SmolLM2 360M Instruct',
    description: '360 million parameters. It chats, and calls no tools.',
    license: 'apache-2.0',
    config: {
      architecture: 'llama',
      contextWindow: 8192,
      vocabulary: 49_152,
      width: 960,
      cache: { layers: 32, kvHeads: 5, headDim: 64 },
      kvValueBytes: SMOL_CACHE,
    },
    sources: [
      'https://huggingface.co/HuggingFaceTB/SmolLM2-360M-Instruct/tree/main/onnx',
      'https://huggingface.co/eduardoworrel/SmolLM2-360M-Instruct/blob/main/config.json',
    ],
  },
  {
    id: 'onnx-community/Qwen2.5-0.5B-Instruct',
    title: 'Qwen2.5 0.5B Instruct',
    description: '494 million parameters. It chats and calls tools.',
    license: 'apache-2.0',
    config: {
      architecture: 'qwen2',
      contextWindow: 32_768,
      vocabulary: 151_936,
      width: 896,
      cache: { layers: 24, kvHeads: 2, headDim: 64 },
    },
    sources: [
      'https://huggingface.co/onnx-community/Qwen2.5-0.5B-Instruct/tree/main/onnx',
      'https://huggingface.co/unsloth/Qwen2.5-0.5B-Instruct/blame/00bafb7cd8d700177637919923d0e579fe0cfa5f/config.json',
      'https://huggingface.co/legraphista/Qwen2.5-0.5B-Instruct-IMat-GGUF/blob/f5fa11393aa80d5b4278d514fc3c9453de64e593/imatrix.log',
    ],
  },
  {
    id: 'onnx-community/Qwen3-0.6B-ONNX',
    title: 'Qwen3 0.6B',
    description: '600 million parameters. It chats, calls tools and reasons before it answers.',
    license: 'apache-2.0',
    config: {
      architecture: 'qwen3',
      contextWindow: 40_960,
      vocabulary: 151_936,
      width: 1024,
      cache: { layers: 28, kvHeads: 8, headDim: 128 },
    },
    sources: [
      'https://huggingface.co/onnx-community/Qwen3-0.6B-ONNX',
      'https://huggingface.co/TensorStack/TextEncoder/blob/main/Qwen-3-06B/config.json',
    ],
  },
];
