/** The Prompt API's dictionaries and enums, as its specification names them. */

export const availabilities = ['unavailable', 'downloadable', 'downloading', 'available'] as const;
export type Availability = (typeof availabilities)[number];

export const samplingModes = [
  'most-predictable',
  'predictable',
  'slightly-predictable',
  'balanced',
  'slightly-creative',
  'creative',
  'most-creative',
] as const;
export type LanguageModelSamplingMode = (typeof samplingModes)[number];

export const messageRoles = ['system', 'user', 'assistant'] as const;
export type LanguageModelMessageRole = (typeof messageRoles)[number];

export const messageTypes = ['text', 'image', 'audio', 'tool-call', 'tool-response'] as const;
export type LanguageModelMessageType = (typeof messageTypes)[number];

export interface LanguageModelMessageContent {
  type: LanguageModelMessageType;
  value: unknown;
}

export interface LanguageModelMessage {
  role: LanguageModelMessageRole;
  /** A string stands for one text item. */
  content: string | LanguageModelMessageContent[];
  /**
   * The reply continues this message. Only the last message may have it, and only an assistant's.
   */
  prefix?: boolean;
}

/** A string stands for one user message. */
export type LanguageModelPrompt = string | LanguageModelMessage[];

export interface LanguageModelExpected {
  type: LanguageModelMessageType;
  /** BCP 47 language tags. */
  languages?: string[];
}

export interface LanguageModelTool {
  name: string;
  description: string;
  /** JSON Schema of the arguments; its `type` is `object`. */
  inputSchema: object;
  /** Receives the arguments as one object. Its result is given to the model. */
  execute(...args: unknown[]): Promise<string>;
}

export interface LanguageModelCreateCoreOptions {
  /** Default: `balanced`. Excludes `topK` and `temperature`. */
  samplingMode?: LanguageModelSamplingMode;
  /** At least 1. Fractions are cut off; values above the maximum are lowered to it. */
  topK?: number;
  /** At least 0, which is greedy decoding. Values above the maximum are lowered to it. */
  temperature?: number;
  expectedInputs?: LanguageModelExpected[];
  expectedOutputs?: LanguageModelExpected[];
  tools?: LanguageModelTool[];
}

export interface LanguageModelCreateOptions extends LanguageModelCreateCoreOptions {
  /** Cancels the creation; later, destroys the session. */
  signal?: AbortSignal;
  /** Called once with the target of `downloadprogress` events. */
  monitor?(monitor: EventTarget): void;
  /** The beginning of the conversation. It is never evicted. */
  initialPrompts?: LanguageModelMessage[];
}

export interface LanguageModelPromptOptions {
  /** A JSON Schema or a `RegExp`. Decoding is constrained by it, so the reply always fits. */
  responseConstraint?: object;
  /** Has no effect here: the constraint is never written into the prompt. */
  omitResponseConstraintInput?: boolean;
  signal?: AbortSignal;
}

export interface LanguageModelSignalOptions {
  signal?: AbortSignal;
}

export interface LanguageModelParams {
  readonly defaultTopK: number;
  readonly maxTopK: number;
  readonly defaultTemperature: number;
  readonly maxTemperature: number;
}
