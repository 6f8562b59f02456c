/** What a model can do beyond continuing text. Scenarios say what they need; a model that lacks it makes them skip. */
export type Capability = 'chat' | 'tools' | 'reasoning';

export const dtypes = ['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const;
export type Dtype = (typeof dtypes)[number];
export type LocalDevice = 'webgpu' | 'wasm';

/** Where a model's files are. */
export type ModelSource =
  /** Beside the page, under `models/<id>/`. */
  | { kind: 'bundled' }
  /** A hub repository at a revision; `host` is the hub itself or a mirror in its layout. */
  | { kind: 'hub'; repository: string; revision: string; host?: string }
  /** A folder in a repository's layout (`config.json`, `onnx/…`), given by its URL. */
  | { kind: 'folder'; url: string };

export interface ModelFile {
  /** Bytes; checked before the file is used. */
  bytes?: number;
  /** SHA-256 in lower-case hex; checked before the file is used or kept. */
  sha256?: string;
  /** Another place to fetch this one file from (a `blob:` URL too). */
  url?: string;
}

/** One weights file and the device that it is for. The order of the variants is the order of the ladder. */
export interface ModelVariant {
  device: LocalDevice;
  dtype: Dtype;
  /** Path in the repository, for instance `onnx/model_quantized.onnx`. */
  file: string;
}

/** The shape that a GPT-2-like session must have; `load-agent` compares it with the session's real inputs and outputs. */
export interface ModelGeometry {
  layers: number;
  heads: number;
  width: number;
  vocabulary: number;
}

/** An entry of the registry. Plain data: it is sent to the worker as it is. */
export interface Model {
  id: string;
  title: string;
  description: string;
  source: ModelSource;
  /** Files whose bytes and digests are known, by path. */
  files: Record<string, ModelFile>;
  variants: ModelVariant[];
  capabilities: Capability[];
  /** Tokens; from the model's own `config.json` where the registry does not say. */
  contextWindow?: number;
  geometry?: ModelGeometry;
  /**
   * `transcript`: `System: …`, `User: …`, `Assistant: …` lines, append-only.
   * `template`: the tokenizer's own chat template where there is one, else a transcript.
   */
  promptFormat: 'transcript' | 'template';
}
