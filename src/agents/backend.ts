import type { ReasoningEffort, AgentSettings } from '../settings/settings.js';
import type {
  Agent,
  AgentDevice,
  AgentModel,
  AssistantMessage,
  InvokeOptions,
  Message,
  ResponseMetadata,
  TokenPiece,
  Tool,
  ToolCall,
} from './agent.js';
import type { Claim } from './claims.js';
import type { ResponseFormat, ToolChoice } from './messages.js';

/** Where a `ChatAgent`'s model runs. It states facts about itself and completes conversations. */
export interface ChatBackend {
  readonly kind: Agent['backend'];
  readonly model: AgentModel;
  readonly device: AgentDevice;
  readonly contextWindow?: number;
  readonly engineInfo?: Agent['engineInfo'];
  readonly tokenizer?: Tokenizer;
  readonly claims: readonly Claim[];
  /** @throws UnmockedError; `AbortError` after the computation has stopped. */
  complete(request: CompletionRequest, options: CompletionOptions): Promise<Completion>;
  /** Drops what the backend keeps of a conversation. */
  forget?(conversation: string): Promise<void>;
  dispose(): void;
}

export type Tokenizer = Required<Pick<Agent, 'encode' | 'decode' | 'streamTokens'>>;

export interface CompletionRequest {
  /** The whole conversation, the system message first. */
  messages: readonly Message[];
  tools: readonly Tool[];
  toolChoice?: ToolChoice;
  responseFormat?: ResponseFormat;
  reasoningEffort?: ReasoningEffort;
  settings: AgentSettings;
  /** The caller's own options. `settings` contains their settings already. */
  options: InvokeOptions;
  /** Ask for a stream. */
  stream: boolean;
  /** Names the conversation, for the KV cache. */
  conversation?: string;
}

export interface CompletionOptions {
  signal: AbortSignal;
  onToken?: (token: TokenPiece) => void;
}

/** What a backend computed, before its text is parsed. */
export interface Completion {
  /** The facts for the response's metadata. */
  facts: Omit<ResponseMetadata, 'modelId' | 'device' | 'seed' | 'timings'>;
  timings: Omit<ResponseMetadata['timings'], 'tokensPerSecond'>;
  /** The reply as the history keeps it: the text, without reasoning that came apart from it. */
  message: Pick<AssistantMessage, 'content' | 'raw'>;
  /** Calls that came apart from the text. */
  toolCalls: ToolCall[];
  problems: string[];
}
