/**
 * The wire contract between the page and an engine's worker. Every message is plain data. Errors
 * keep their name, message, code and stack (see `ErrorRecord`). The Node server's thread and its
 * worker share the types of a generation and of a response.
 */
import type { ErrorRecord } from '../errors.js';
import type { Dtype, LocalDevice, Model } from '../models/model.js';
import type { OutputConstraint } from './constraint/constraint.js';
import type { OrtBuild } from './ort-files.js';
import type { Step } from './steps.js';

/** One rung of the ladder: one way to load a model, tried in a fresh worker. */
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
  /**
   * Absolute URL of the hub's listing of the model's files; absent for a model that is not on a
   * hub.
   */
  treeUrl?: string;
  /** Absolute URLs of the build of ONNX Runtime that the rung needs. */
  ort: { mjs: string; wasm: string };
  /** Requested WASM threads. A worker that is not cross-origin isolated uses one. */
  threads: number;
  /** Cache downloaded files in this browser (the origin-private file system). */
  cache: boolean;
  /** Memory budget for the KV caches of all conversations. Bytes. */
  kvCacheBytes: number;
  /** A server that sends nothing for this long has stalled. Milliseconds. */
  stallLimit: number;
}

/** `waiting`: the connection broke in mid-download; it goes on when the connection is back. */
export type LoadPhase = 'download' | 'waiting' | 'verify' | 'session' | 'warm-up';

export interface LoadProgress {
  phase: LoadPhase;
  /** Bytes received so far, all files together. Never decreases. */
  loadedBytes: number;
  /** Bytes of all files. Equal to `loadedBytes` once the download is complete. */
  totalBytes: number;
  /** The file that just made progress. */
  file?: string;
}

/** Facts about a loaded model that the page and the Node server read in the same way. */
export interface ModelFacts {
  /** Tokens. */
  contextWindow: number;
  /** Generation ends at any of these tokens. */
  eosTokenIds: number[];
  /** The same tokens as text. The first one ends a turn in the transcript format. */
  eosTokens: string[];
  /** What the tokenizer reads as marks, not as text. */
  specialTokens: string[];
  hasChatTemplate: boolean;
  /** Whether the chat template shows the model tools, calls and their results. Many ignore them. */
  templateTakesTools: boolean;
}

/** What the worker actually loaded. */
export interface EngineInfo extends ModelFacts {
  rung: Rung;
  /** WASM threads in use, as the runtime reports them; 1 on WebGPU. */
  threads: number;
  crossOriginIsolated: boolean;
  userAgent: string;
  /** On WebGPU only. */
  adapter?: AdapterInfo;
  sessionInputs: string[];
  sessionOutputs: string[];
  /**
   * Every file of the model, with the length and digest that were computed here. `expected` is the
   * digest that the file was checked against.
   */
  files: {
    path: string;
    bytes: number;
    sha256: string;
    expected?: string;
    pin: DigestPin;
    fromCache: boolean;
  }[];
  /**
   * Downloaded bytes of the runtime's WASM; 0 if it was in the browser's HTTP cache, or an earlier worker
   * of the page had compiled it.
   */
  runtimeBytes: number;
  timings: LoadTimings;
  versions: { transformers: string; onnxruntime: string };
}

/**
 * Where a file's expected digest comes from: this project's registry, the server of the file, or
 * nowhere.
 */
export type DigestPin = 'registry' | 'source' | 'none';

/** Milliseconds, measured in the worker. */
export interface LoadTimings {
  download: number;
  /**
   * Waiting for the runtime's WASM to compile, which begins during the download. 0 if an earlier worker
   * of the page has compiled it. A part of `session`.
   */
  compile: number;
  /** All that comes between the download and the first computation. */
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

/**
 * A message for the model's own chat template, in OpenAI's form. Only the arguments of calls differ:
 * templates read them as an object.
 */
export interface ChatMessage {
  role: string;
  content: string;
  tool_calls?: {
    id: string;
    type: 'function';
    function: { name: string; arguments: Record<string, unknown> };
  }[];
  tool_call_id?: string;
}

/** A tool for the model's own chat template, in OpenAI's form. */
export interface FunctionTool {
  type: 'function';
  function: {
    name: string;
    description: string;
    parameters: Readonly<Record<string, unknown>>;
  };
}

export interface TemplateOptions {
  /** Default: none. */
  tools?: FunctionTool[];
}

export interface GenerateRequest {
  /** The whole prompt, special tokens included. */
  prompt: string;
  maxTokens: number;
  /** 0 decodes greedily. */
  temperature: number;
  /** 1 keeps every token. */
  topP: number;
  /** 0 keeps every token. */
  topK: number;
  /** 1 disables the penalty. */
  repetitionPenalty: number;
  /**
   * Subtracted from the logit of a token for each time that it is in the output, as OpenAI defines
   * it. Default: 0.
   */
  frequencyPenalty?: number;
  /** Subtracted once from the logit of each token that is in the output. Default: 0. */
  presencePenalty?: number;
  /**
   * Added to the logits of tokens, by token id. -100 bans a token, 100 forces it. A constraint wins.
   * Default: nothing.
   */
  logitBias?: Readonly<Record<number, number>>;
  /** How many of the likeliest tokens each token event reports, 0 to 20. Default: no logprobs. */
  logprobs?: number;
  seed: number;
  /** Stop sequences. The output ends before the first of them. */
  stop: string[];
  /**
   * What the output must look like, after a prefix if the constraint has one. It always does,
   * unless a limit or a stop sequence cuts it.
   */
  constraint?: OutputConstraint;
  /**
   * Names a KV cache, which is kept and reused if the next prompt continues this one. Default: no
   * cache.
   */
  conversation?: string;
  /** Requests of one client run in order. Clients take turns. */
  client: string;
}

export type FinishReason = 'stop' | 'length';

export interface GenerateResult {
  /** The output without special tokens and without the stop sequence. */
  text: string;
  /**
   * The whole output, with special tokens and the stop sequence. The prompt plus this string is a
   * prefix of the conversation's next prompt.
   */
  rawText: string;
  promptTokenIds: number[];
  outputTokenIds: number[];
  finishReason: FinishReason;
  /** The stop sequence that ended the output. */
  stopSequence?: string;
  /** Which limit caused a `length` finish: the caller's or the model's context window. */
  limitedBy?: 'max-tokens' | 'context-window';
  /** Prompt tokens that this call computed. The others came from the KV cache. */
  prefilledTokens: number;
  /**
   * Milliseconds, measured in the worker. `tokens` has the time of each token since the one before, the
   * first one's since the request began, with one decimal.
   */
  timings: { queued: number; firstToken: number; total: number; tokens: number[] };
}

export interface TokenEvent extends Partial<TokenLogprobs> {
  index: number;
  tokenId: number;
  /** New text since the last event; empty while a character is incomplete. */
  text: string;
}

/**
 * Natural logarithms of probabilities: the softmax of the logits as the model gives them, before
 * temperature, penalties, biases and constraints.
 */
export interface TokenLogprobs {
  /** Of the token that was picked. */
  logprob: number;
  /** Of the likeliest tokens, the likeliest first. The token that was picked need not be there. */
  topLogprobs: { tokenId: number; logprob: number }[];
}

export type WorkerRequest =
  /** `runtime`: the compiled WASM of `spec.ort`, if an earlier worker left it. */
  | { type: 'load'; id: number; spec: LoadSpec; runtime?: WebAssembly.Module }
  | { type: 'generate'; id: number; request: GenerateRequest }
  | { type: 'encode'; id: number; text: string }
  | { type: 'decode'; id: number; tokenIds: number[]; skipSpecialTokens: boolean }
  | { type: 'check-constraint'; id: number; constraint: OutputConstraint }
  | { type: 'vocabulary'; id: number }
  | { type: 'stream-tokens'; id: number; tokenIds: number[] }
  | {
      type: 'render-template';
      id: number;
      messages: ChatMessage[];
      options: TemplateOptions;
    }
  | { type: 'forget'; id: number; conversation: string }
  | CancelRequest;

/** Cancels the request `target`, which then fails with an `AbortError`. */
export interface CancelRequest {
  type: 'cancel';
  target: number;
}

/** `id` is the request that a response belongs to. `done` and `failed` are the last response. */
export type WorkerResponse =
  /** Belongs to no request: the name of the lock that the worker holds while it lives. */
  | { type: 'alive'; lock: string }
  /** Belongs to no request: what the worker begins; absent when it is over. */
  | { type: 'step'; step?: Step }
  /** Belongs to no request: the runtime's WASM, for later workers. */
  | { type: 'compiled'; url: string; module: WebAssembly.Module }
  | { type: 'progress'; id: number; progress: LoadProgress }
  | { type: 'token'; id: number; token: TokenEvent }
  | { type: 'done'; id: number; value: unknown }
  /** `fatal`: the runtime is poisoned, so the worker must be terminated. */
  | { type: 'failed'; id: number; error: ErrorRecord; fatal: boolean };
