/** The only wire contract between the page and an engine's worker. Plain data; errors cross whole (see `ErrorRecord`). */
import type { ErrorRecord } from '../errors.js';
import type { Dtype, LocalDevice, Model } from '../models/model.js';
import type { Constraint } from './constraint/constraint.js';

/** One build of ONNX Runtime's WASM. WebGPU needs a build that can wait for the GPU (`asyncify`); plain WASM is half its size. */
export type OrtBuild = 'plain' | 'asyncify';

/** One rung of the ladder: what is tried in one fresh worker. */
export interface Rung {
  device: LocalDevice;
  dtype: Dtype;
  /** Path of the weights in the repository. */
  file: string;
  ort: OrtBuild;
}

export interface LoadSpec {
  model: Model;
  rung: Rung;
  /** Absolute URL of the model's folder, ending with a slash. */
  modelBase: string;
  /** Absolute URL of the hub's file listing for it, where there is one. */
  treeUrl?: string | undefined;
  /** Absolute URL of the folder with ONNX Runtime's files, ending with a slash. */
  ortBase: string;
  /** WASM threads asked for; the worker uses one where it is not cross-origin isolated. */
  threads: number;
  /** Keep downloaded files in this browser (the origin-private file system). */
  cache: boolean;
  /** Budget of all conversations' KV caches, bytes. */
  kvCacheBytes: number;
}

export type LoadPhase = 'download' | 'verify' | 'session' | 'warm-up';

export interface LoadProgress {
  phase: LoadPhase;
  /** Bytes so far, all files together; never falls. */
  loadedBytes: number;
  /** Bytes in all; `loadedBytes` equals it when the download is over. */
  totalBytes: number;
  /** The file that this progress is about. */
  file?: string;
}

/** What was really loaded, said by the worker. */
export interface EngineInfo {
  rung: Rung;
  /** WASM threads that the runtime says it uses; 1 on WebGPU. */
  threads: number;
  crossOriginIsolated: boolean;
  userAgent: string;
  adapter?: AdapterInfo | undefined;
  /** Tokens. */
  contextWindow: number;
  eosTokenIds: number[];
  /** The end-of-text token as text; it ends a turn in the transcript format. */
  eosToken: string;
  hasChatTemplate: boolean;
  sessionInputs: string[];
  sessionOutputs: string[];
  /** Every file that was used, with its length and digest as computed here; `expected` is the digest it was checked against. */
  files: {
    path: string;
    bytes: number;
    sha256: string;
    expected?: string;
    pin: DigestPin;
    fromCache: boolean;
  }[];
  /** Bytes of the runtime's WASM that had to be fetched; 0 where the browser had it. */
  runtimeBytes: number;
  timings: LoadTimings;
  versions: { transformers: string; onnxruntime: string };
}

/** Who said which digest a file must have: this project's registry, the server that sent the file, or nobody. */
export type DigestPin = 'registry' | 'source' | 'none';

/** Milliseconds. */
export interface LoadTimings {
  download: number;
  session: number;
  warmUp: number;
}

export interface AdapterInfo {
  vendor: string;
  architecture: string;
  device: string;
  description: string;
  isFallbackAdapter: boolean;
  shaderF16: boolean;
}

export interface GenerateRequest {
  /** The whole prompt as text, special tokens included. */
  prompt: string;
  maxTokens: number;
  /** 0 is greedy decoding. */
  temperature: number;
  topP: number;
  topK: number;
  /** 1 is none. */
  repetitionPenalty: number;
  seed: number;
  /** Generation ends before any of these texts. */
  stop: string[];
  /** What the output must look like. It always does, unless a limit or a stop sequence cuts it. */
  constraint?: Constraint | undefined;
  /** Keeps the KV cache under this name, and uses it where the prompt continues it. */
  conversation?: string | undefined;
  /** Requests of one client wait for one another; clients take turns. */
  client: string;
}

export type StopReason = 'stop' | 'length';

export interface GenerateResult {
  /** Decoded output, without special tokens and without the stop sequence. */
  text: string;
  /** All of the output, with special tokens and the stop sequence; prompt + this is a prefix of the conversation's next prompt. */
  rawText: string;
  promptTokenIds: number[];
  outputTokenIds: number[];
  finishReason: StopReason;
  /** The stop sequence that ended it. */
  stopSequence?: string;
  /** What ended a `length` finish: the caller's limit or the model's context window. */
  limitedBy?: 'max-tokens' | 'context-window';
  /** Prompt tokens that were computed in this call; the others came from the KV cache. */
  prefilledTokens: number;
  /** Milliseconds, measured in the worker. */
  timings: { queued: number; firstToken: number; total: number };
}

export interface TokenEvent {
  index: number;
  tokenId: number;
  /** New text since the last event; empty while a character is incomplete. */
  text: string;
}

export type Request =
  | { type: 'load'; id: number; spec: LoadSpec }
  | { type: 'generate'; id: number; request: GenerateRequest }
  | { type: 'encode'; id: number; text: string }
  | { type: 'decode'; id: number; tokenIds: number[]; skipSpecialTokens: boolean }
  | { type: 'stream-tokens'; id: number; tokenIds: number[] }
  | { type: 'render-template'; id: number; messages: { role: string; content: string }[] }
  | { type: 'forget'; id: number; conversation: string }
  /** Ends request `target`; it answers with an `AbortError`. */
  | { type: 'cancel'; id: number; target: number };

export type Response =
  | { type: 'progress'; id: number; progress: LoadProgress }
  | { type: 'token'; id: number; token: TokenEvent }
  | { type: 'done'; id: number; value: unknown }
  /** `fatal`: the runtime is poisoned, the worker must be thrown away. */
  | { type: 'failed'; id: number; error: ErrorRecord; fatal: boolean };
