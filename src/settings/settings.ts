export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** Where a model runs: in this page, or on an OpenAI-compatible server. */
export type Backend = 'local' | 'remote';

/** Every setting of an agent. `definitions` describes each one; nothing else can be set. */
export interface AgentSettings {
  backend: 'auto' | Backend;
  model: string;
  /** The device of this page. A server chooses its own. */
  device: 'auto' | 'webgpu' | 'wasm';
  hubUrl: string | undefined;
  /** Base URL of an OpenAI-compatible server, `/v1` included. */
  apiUrl: string | undefined;
  /** Secret: never in a URL, a report, a log, an error or an attribute. */
  apiKey: string | undefined;
  /** Seconds without a byte from the server, before its answer and during it. */
  timeoutSeconds: number;
  /** Retries after 429, 503 or a lost connection. There is no retry after the first token. */
  maxRetries: number;
  reasoningEffort: ReasoningEffort | undefined;
  maxTokens: number;
  temperature: number;
  topP: number;
  topK: number;
  repetitionPenalty: number;
  seed: number;
  stop: string[];
  /** The system prompt. A message that brings its own replaces it. */
  system: string;
}

/** The settings that say how one reply is computed. */
export type CallSettings = Pick<
  AgentSettings,
  'maxTokens' | 'temperature' | 'topP' | 'topK' | 'repetitionPenalty' | 'seed' | 'stop'
>;

export type SettingName = keyof AgentSettings;

/** The environment variables that are settings. */
export type EnvironmentName = 'OPENAI_API_URL' | 'OPENAI_API_KEY' | 'AF_LLM_MODEL';
