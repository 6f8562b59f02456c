import type { ActualDevice, Attempt, RequestedDevice } from '../engine/ladder.js';
import type { AdapterInfo, EngineInfo } from '../engine/protocol.js';
import type { Capability, Dtype } from '../models/model.js';

/** Something that answers: a model in this page, or a server. Scenarios talk to nothing else. */
export interface Agent {
  readonly backend: 'local' | 'remote';
  readonly model: AgentModel;
  readonly device: AgentDevice;
  /** Tokens, prompt and reply together. */
  readonly contextWindow: number;
  readonly supportsStreaming: boolean;
  /**
   * Answers one message.
   *
   * @throws UnmockedError `invalid-argument`, `context-overflow`, `disposed`, or what the engine throws; `AbortError`.
   */
  invoke(payload: AgentPayload | string, options?: InvokeOptions): Promise<AgentResponse>;
  /** As `invoke`, with tools offered; calls that the model made are in `toolCalls`, and are not carried out. */
  invokeWithTools(payload: AgentPayload | string, tools: Tool[], options?: InvokeOptions): Promise<AgentResponse>;
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
  /** Lets go of the engine; its last agent ends the worker. Safe to call twice. */
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
}

export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  /** An assistant's output exactly as it was generated; keeps the prompt append-only, so that the KV cache can be used. */
  raw?: string;
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
  reasoningEffort?: 'none' | 'low' | 'medium' | 'high';
}

export interface InvokeOptions {
  signal?: AbortSignal | undefined;
  /** At least 1. */
  maxNewTokens?: number | undefined;
  /** 0 is greedy decoding. */
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  repetitionPenalty?: number | undefined;
  seed?: number | undefined;
  stop?: string[] | undefined;
  /** Called for every token as it is computed. */
  onToken?: ((token: { index: number; tokenId: number; text: string }) => void) | undefined;
  /** false computes the whole prompt again; default true. */
  useCache?: boolean | undefined;
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
  limitedBy?: 'max-new-tokens' | 'context-window';
  /** The whole output as generated, before anything was parsed out of it. */
  text: string;
  rawText: string;
  prompt: string;
  promptTokenIds: number[];
  outputTokenIds: number[];
  usage: {
    promptTokens: number;
    /** Prompt tokens that had to be computed; the rest came from the KV cache. */
    prefilledTokens: number;
    completionTokens: number;
  };
  seed: number;
  /** Milliseconds. */
  timings: { queued: number; firstToken: number; total: number; tokensPerSecond: number };
}

/** A piece of output. `text` is empty while a character is incomplete. */
export interface AgentChunk {
  index: number;
  tokenId: number;
  text: string;
}

/** Iterate it once for the chunks; `response` settles when the generation is over, also when the loop was left early. */
export interface AgentStream extends AsyncIterable<AgentChunk> {
  readonly response: Promise<AgentResponse>;
}
