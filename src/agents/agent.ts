import type { ActualDevice, Attempt, RequestedDevice } from '../engine/ladder.js';
import type { AdapterInfo, EngineInfo } from '../engine/protocol.js';
import type { Capability, Dtype } from '../models/model.js';
import type { Claim } from './claims.js';
import type { AgentInput, Tool, ToolCall } from './messages.js';

export type { Claim } from './claims.js';
export type * from './messages.js';

/** Something that answers: a model in this page, or a server. Scenarios talk to nothing else. */
export interface Agent {
  /** `foreign`: somebody else's agent, through an adapter. */
  readonly backend: 'local' | 'remote' | 'foreign';
  readonly model: AgentModel;
  readonly device: AgentDevice;
  /** Tokens, prompt and reply together. Undefined if a server does not say. */
  readonly contextWindow?: number;
  readonly supportsStreaming: boolean;
  /** What the agent can do. The agent scenarios hold it to this, and skip the rest. */
  readonly claims: readonly Claim[];
  /**
   * Answers the input. The model's tool calls are in `toolCalls`; the agent does not run them.
   *
   * @throws UnmockedError `invalid-argument`, `context-overflow`, `disposed`, or what the engine or
   *   the server throws; `AbortError`.
   */
  invoke(input: AgentInput, options?: InvokeOptions): Promise<AgentResponse>;
  /** Like `invoke`, with these tools in place of the input's own. */
  invokeWithTools(
    input: AgentInput,
    tools: readonly Tool[],
    options?: InvokeOptions,
  ): Promise<AgentResponse>;
  /** Like `invoke`, token by token. Leaving the loop early stops the generation. */
  stream(input: AgentInput, options?: InvokeOptions): AgentStream;
  /** Token ids of a string, if the agent has a tokenizer. */
  encode?(text: string): Promise<number[]>;
  /** The string that token ids stand for, without special tokens. */
  decode?(tokenIds: number[]): Promise<string>;
  /** The pieces in which the text of these tokens would be streamed. */
  streamTokens?(tokenIds: number[]): Promise<string[]>;
  /** Ends a session and drops its KV cache. A turn in progress is not remembered. */
  forget?(sessionId: string): Promise<void>;
  /** What the engine loaded. Local agents only. */
  readonly engineInfo?: EngineInfo;
  readonly disposed: boolean;
  /**
   * Ends all calls and releases the engine. The last agent of an engine terminates its worker.
   * Further calls do nothing.
   */
  dispose(): Promise<void>;
}

export interface AgentModel {
  id: string;
  title: string;
  capabilities: readonly Capability[];
  /** SHA-256 of the weights, computed from the bytes in use. Local agents only. */
  digest?: string;
  dtype?: Dtype;
  /** Bytes of all the model's files. */
  bytes?: number;
}

/** The requested and the actual device can differ. */
export interface AgentDevice {
  requested: RequestedDevice;
  actual: ActualDevice;
  attempts: readonly Attempt[];
  adapter?: AdapterInfo;
  threads?: number;
  /** Base URL of the server. Remote agents only. */
  url?: string;
}

/** Options of one call. A setting that is missing here comes from the agent's settings. */
export interface InvokeOptions {
  signal?: AbortSignal;
  /** At least 1. */
  maxTokens?: number;
  /** 0 is greedy decoding. */
  temperature?: number;
  topP?: number;
  topK?: number;
  repetitionPenalty?: number;
  seed?: number;
  stop?: string[];
  /** Called for each token, or each piece from a server: once, if the server does not stream. */
  onToken?: (token: TokenPiece) => void;
  /** Reuse the session's KV cache. Local agents only. Default: true. */
  useCache?: boolean;
  /** More fields of the request, such as vLLM's `return_token_ids`. Remote agents only. */
  extraBody?: Record<string, unknown>;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls';

export interface AgentResponse {
  /** The reasoning: the text in `<think>` tags, or what a server sent apart. */
  thinking: string;
  /** The reply without reasoning and tool calls, trimmed. */
  response: string;
  /** Contents of fenced code blocks in the reply. */
  code: string[];
  toolCalls: ToolCall[];
  /** Malformed tool calls and reasoning, described. They are reported here and never thrown. */
  problems: string[];
  metadata: ResponseMetadata;
}

export interface ResponseMetadata {
  modelId: string;
  device: ActualDevice;
  finishReason: FinishReason;
  limitedBy?: 'max-tokens' | 'context-window';
  /** The whole output, before parsing. */
  text: string;
  /** The same with special tokens and the stop sequence. */
  rawText: string;
  /** What the model read. For a remote agent, the messages as JSON: only the server knows more. */
  prompt: string;
  /** Empty if a server does not send them. `usage` has the counts. */
  promptTokenIds: number[];
  outputTokenIds: number[];
  usage: Usage;
  seed: number;
  /** Requests that failed before this one. Remote agents only. */
  retries?: number;
  /** Milliseconds. */
  timings: {
    queued: number;
    firstToken: number;
    total: number;
    tokensPerSecond: number;
    /**
     * The time of each token since the one before, the first one's since the request began. Local
     * agents only: nobody else measures where the tokens are computed.
     */
    tokens?: number[];
  };
}

/** Tokens. */
export interface Usage {
  promptTokens: number;
  /** Prompt tokens that were computed. The rest came from the KV cache. */
  prefilledTokens: number;
  completionTokens: number;
  /** Who counted: the engine in this page, the server, a foreign agent, or nobody (all are 0). */
  countedBy: 'engine' | 'server' | 'agent' | 'nobody';
}

/** A piece of output. */
export interface TokenPiece {
  index: number;
  /** Missing if a server does not send it. */
  tokenId?: number;
  /** Empty while a character is incomplete. */
  text: string;
}

/** A piece of output, reasoning and reply apart. Text that may become a tag is held back. */
export interface AgentChunk extends TokenPiece {
  /** Text in `<think>` tags. */
  thinking: string;
  /** Text outside of them. */
  response: string;
}

/** Iterate it once for the chunks. `response` settles when generation ends, even without a loop. */
export interface AgentStream extends AsyncIterable<AgentChunk> {
  readonly response: Promise<AgentResponse>;
}
