import type { ReasoningEffort } from '../settings/settings.js';

/** One message of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

export interface SystemMessage {
  role: 'system';
  content: string;
}

export interface UserMessage {
  role: 'user';
  content: string;
  /** The effort of the turn. The agent notes it, so that later prompts repeat the turn exactly. */
  reasoningEffort?: ReasoningEffort;
}

export interface AssistantMessage {
  role: 'assistant';
  content: string;
  /** Calls that this message makes, apart from its content. */
  toolCalls?: readonly ToolCall[];
  /**
   * The output exactly as the model generated it (`metadata.rawText` of a response). With it, the
   * next prompt continues the last one token by token, and the KV cache stays usable.
   */
  raw?: string;
}

/** The result of a tool call. */
export interface ToolMessage {
  role: 'tool';
  content: string;
  /** The `id` of the call that this answers. Default: the open calls, in their order. */
  toolCallId?: string;
}

/** A JSON Schema (draft 2020-12, or an older draft). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool that the model can call. Your code runs it and returns the result as a `tool` message. */
export interface Tool {
  name: string;
  description?: string;
  /** Schema of the arguments, an object. Default: no parameters. */
  parameters?: JsonSchema;
}

export interface ToolCall {
  name: string;
  /**
   * By parameter. Values keep their JSON types. If the model wrote plain text, as in `f(x=5)`, the
   * tool's schema decides the type.
   */
  arguments: Record<string, unknown>;
  /** The id that a server gave the call. */
  id?: string;
  /** The call as the model wrote it. */
  raw?: string;
}

/**
 * Whether the model may call tools (`auto`, the default), must not, must call some tool, or must call
 * the one that is named. It holds for one turn.
 */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What the reply must look like. It always does, unless a limit or a stop sequence cuts it. */
export type ResponseFormat =
  /** A JSON object. */
  | { readonly type: 'json' }
  /** JSON that fits the schema. */
  | { readonly type: 'json-schema'; readonly schema: JsonSchema; readonly name?: string };

/** What to ask an agent. */
export interface ChatInput {
  /** New messages, oldest first. Without a session, the whole conversation. */
  messages: readonly Message[];
  /** The system prompt. Default: the session's, or else the setting `system`. */
  system?: string;
  /** Tools that the model can call. Default: the session's. */
  tools?: readonly Tool[];
  /** Default: `auto`. */
  toolChoice?: ToolChoice;
  /** Default: text. */
  responseFormat?: ResponseFormat;
  /** Turns with the same id continue one conversation, until `Agent.forget`. */
  sessionId?: string;
  /**
   * How much the model should think before it answers. Default: the setting `reasoningEffort`. A
   * server gets it as `reasoning_effort`. A model in this page reads "Think step by step: " before
   * the last user message for every effort but `none`.
   */
  reasoningEffort?: ReasoningEffort;
}

/** The payload of the game framework. It means the same as a `ChatInput`; see `readGamePayload`. */
export interface GamePayload {
  userMessage: string;
  /** The model's earlier reasoning. It becomes an assistant message before the user message. */
  thinkingBlob?: string;
  /** The system prompt. */
  systemContext?: string;
  /** Facts about the user, added to the system prompt. */
  userProfile?: Readonly<Record<string, string | number | boolean>>;
  /** Tools, with the names of their parameters. All arguments are strings. */
  toolsAvailable?: readonly GameTool[];
  sessionId?: string;
  /** The turns before this one, oldest first. They replace what the session remembers. */
  memory?: readonly Message[];
  reasoningEffort?: ReasoningEffort;
}

export interface GameTool {
  name: string;
  parameters: readonly string[];
  description?: string;
}

/** A string is one user message; an array is a conversation. */
export type AgentInput = string | readonly Message[] | ChatInput | GamePayload;
