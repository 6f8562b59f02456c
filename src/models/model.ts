/** What a model can do beyond continuing text. A scenario that needs more than that is skipped. */
export type Capability = 'chat' | 'tools' | 'parallel-tools' | 'reasoning';

export const dtypes = ['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const;
/** The number format of the weights. */
export type Dtype = (typeof dtypes)[number];
/** A device of this page. */
export type LocalDevice = 'webgpu' | 'wasm';

/** Where a model's files come from. */
export type ModelSource =
  /** Beside the page, under `models/<id>/`. */
  | { kind: 'bundled' }
  /** A hub repository at a revision. `host` is a mirror in the hub's layout; default: the hub. */
  | { kind: 'hub'; repository: string; revision: string; host?: string }
  /** The URL of a folder with a repository's layout (`config.json`, `onnx/…`). */
  | { kind: 'folder'; url: string }
  /** The model store of this browser, which the user gave the files: see kept-models.ts. */
  | { kind: 'kept' };

export interface ModelFile {
  /** Bytes; checked before the file is used. */
  bytes?: number;
  /** SHA-256 in lower-case hex; checked before the file is used or cached. */
  sha256?: string;
  /** Fetches this one file from another URL, which may be a `blob:` URL. */
  url?: string;
  /** What the error says besides if the file is not there: sentences with a remedy. */
  ifMissing?: string;
}

/** One weights file and its device. The ladder tries the variants in order. */
export interface ModelVariant {
  device: LocalDevice;
  dtype: Dtype;
  /** Path in the repository, for instance `onnx/model_quantized.onnx`. */
  file: string;
}

/**
 * The shape of a GPT-2-like session. `load-agent` compares it with the session's real inputs and
 * outputs.
 */
export interface ModelGeometry {
  layers: number;
  heads: number;
  width: number;
  vocabulary: number;
}

/** An entry of the registry. Plain data: the worker receives a copy. */
export interface Model {
  id: string;
  title: string;
  description: string;
  source: ModelSource;
  /** The known lengths and digests of the files, by path. */
  files: Record<string, ModelFile>;
  variants: ModelVariant[];
  capabilities: Capability[];
  /** Tokens. Default: the value in the model's own `config.json`. */
  contextWindow?: number;
  geometry?: ModelGeometry;
  /**
   * `transcript`: lines of `System: …`, `User: …` and `Assistant: …`, append-only.
   * `template`: the tokenizer's own chat template; a transcript if the tokenizer has none.
   */
  promptFormat: 'transcript' | 'template';
}
