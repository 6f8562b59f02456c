import type { ActualDevice, Attempt, RequestedDevice } from '../engine/ladder.js';
import type { ReasoningEffort } from '../settings/settings.js';
import type { AdapterInfo, EngineInfo } from '../engine/protocol.js';
import type { Capability, Dtype } from '../models/model.js';

/** Something that answers: a model in this page, or a server. Scenarios talk to nothing else. */
export interface Agent {
  readonly backend: 'local' | 'remote';
  readonly model: AgentModel;
  readonly device: AgentDevice;
  /** Tokens, prompt and reply together; undefined where a server does not say. */
  readonly contextWindow: number | undefined;
  readonly supportsStreaming: boolean;
  /**
   * Answers one message.
   *
   * @throws UnmockedError `invalid-argument`, `context-overflow`, `disposed`, or what the engine throws; `AbortError`.
   */
  invoke(payload: AgentPayload | string, options?: InvokeOptions): Promise<AgentResponse>;
  /** As `invoke`, with tools offered; calls that the model made are in `toolCalls`, and are not carried out. */
  invokeWithTools(
    payload: AgentPayload | string,
    tools: Tool[],
    options?: InvokeOptions,
  ): Promise<AgentResponse>;
  /** As `invoke`, token by token. Leaving the loop early stops the generation. */
  stream(payload: AgentPayload | string, options?: InvokeOptions): AgentStream;
  /** Token ids of a text and text of token ids, where the agent can say. */
  encode?(text: string): Promise<number[]>;
  decode?(tokenIds: number[]): Promise<string>;
  /** The pieces in which these tokens' text would be streamed. */
  streamTokens?(tokenIds: number[]): Promise<string[]>;
  /** Ends a session: its turns and its KV cache are gone. */
  forget?(sessionId: string): Promise<void>;
  /** What the engine says it loaded; local agents only. */
  readonly engineInfo?: EngineInfo | undefined;
  readonly disposed: boolean;
  /** Ends what is under way and lets go of the engine; its last agent ends the worker. Safe to call twice. */
  dispose(): Promise<void>;
}

export interface AgentModel {
  id: string;
  title: string;
  capabilities: readonly Capability[];
  /** SHA-256 of the weights, as computed from the bytes in use; remote models have none. */
  digest?: string;
  dtype?: Dtype;
  /** Bytes of all the model's files. */
  bytes?: number;
}

/** Requested and actual device are two different facts. */
export interface AgentDevice {
  requested: RequestedDevice;
  actual: ActualDevice;
  attempts: readonly Attempt[];
  adapter?: AdapterInfo | undefined;
  threads?: number;
  /** Base URL of the server; remote agents only. */
  url?: string;
}

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  /** An assistant's output exactly as it was generated; keeps the prompt append-only, so that the KV cache can be used. */
  raw?: string;
  /** Calls that this message of an assistant made; a server is told them apart from its content. */
  toolCalls?: ToolCall[];
}

export interface Tool {
  name: string;
  /** Names of its parameters. */
  parameters: string[];
  description?: string;
}

export interface ToolCall {
  name: string;
  arguments: Record<string, string>;
  /** The call as the model wrote it. */
  raw: string;
  /** A server's name for it. */
  id?: string;
}

/** What is said to an agent. Only the message is required. */
export interface AgentPayload {
  userMessage: string;
  /** Reasoning of an earlier turn, to go on from. */
  thinkingBlob?: string;
  /** Who the agent is and how it should answer. */
  systemContext?: string;
  /** Facts about the user. */
  userProfile?: Record<string, string | number | boolean>;
  toolsAvailable?: Tool[];
  /** Turns of one session remember one another, unless `memory` says what to remember. */
  sessionId?: string;
  /** The turns before this one, oldest first. */
  memory?: Message[];
  reasoningEffort?: ReasoningEffort;
}

export interface InvokeOptions {
  signal?: AbortSignal | undefined;
  /** At least 1. */
  maxTokens?: number | undefined;
  /** 0 is greedy decoding. */
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  repetitionPenalty?: number | undefined;
  seed?: number | undefined;
  stop?: string[] | undefined;
  /** Called for every token as it is computed, or for every piece that a server sends: once, where it was not asked to stream. */
  onToken?: ((token: TokenPiece) => void) | undefined;
  /** false computes the whole prompt again; default true. Local agents only. */
  useCache?: boolean | undefined;
  /** Fields of the request that only some servers know, such as vLLM's `return_token_ids`. Remote agents only. */
  extraBody?: Record<string, unknown> | undefined;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls';

export interface AgentResponse {
  /** What stood between `<think>` tags; empty where nothing did. */
  thinking: string;
  /** The reply without thinking and tool calls, trimmed. */
  response: string;
  /** Contents of fenced code blocks in the reply. */
  code: string[];
  toolCalls: ToolCall[];
  /** Parts of the reply that look like tool calls or thinking but are malformed; reported, never thrown. */
  problems: string[];
  metadata: ResponseMetadata;
}

export interface ResponseMetadata {
  modelId: string;
  device: ActualDevice;
  finishReason: FinishReason;
  limitedBy?: 'max-tokens' | 'context-window';
  /** The whole output as generated, before anything was parsed out of it. */
  text: string;
  rawText: string;
  /** What the model read; for a remote agent the messages as JSON, since only its server knows more. */
  prompt: string;
  /** Empty where a server does not give them; `usage` has the counts. */
  promptTokenIds: number[];
  outputTokenIds: number[];
  usage: Usage;
  seed: number;
  /** Requests that failed before this one; remote agents only. */
  retries?: number;
  /** Milliseconds. */
  timings: { queued: number; firstToken: number; total: number; tokensPerSecond: number };
}

/** Tokens. */
export interface Usage {
  promptTokens: number;
  /** Prompt tokens that had to be computed; the rest came from the KV cache. */
  prefilledTokens: number;
  completionTokens: number;
  /** Who counted: the engine in this page, the server, or nobody (then all are 0). */
  countedBy: 'engine' | 'server' | 'nobody';
}

/** A piece of output. */
export interface TokenPiece {
  index: number;
  /** Missing where a server does not give it. */
  tokenId?: number | undefined;
  /** Empty while a character is incomplete. */
  text: string;
}

/** A piece of output, with reasoning and reply told apart; of both, what may still become a tag is held back. */
export interface AgentChunk extends TokenPiece {
  /** Text within `<think>` tags. */
  thinking: string;
  /** Text outside of them. */
  response: string;
}

/** Iterate it once for the chunks; `response` settles when the generation is over, also when the loop was left early. */
export interface AgentStream extends AsyncIterable<AgentChunk> {
  readonly response: Promise<AgentResponse>;
}
