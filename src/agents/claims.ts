/**
 * What an agent says that it can do. A check that needs more is skipped with the reason. A check that
 * needs no more must hold.
 */
export const claims = [
  /** Follows instructions and remembers the conversation. A base model does not claim it. */
  'chat',
  /** Calls tools that are offered, one at a time. */
  'tools',
  /** Makes several calls in one reply. */
  'parallel-tools',
  /** Calls some tool if `toolChoice` is `required`, and that tool if it names one. */
  'tool-choice',
  /** Reasons apart from the reply. */
  'reasoning',
  /** Replies that fit `responseFormat`. */
  'structured-output',
  /** Gives the reply in pieces while it is computed. */
  'streaming',
  /** Stops computing when the signal aborts. */
  'abort',
  /** Keeps to `maxTokens`, and says in `finishReason` why a reply ended. */
  'limits',
  /** Keeps to `stop`. */
  'stop',
  /** Keeps to `temperature`; 0 gives the same reply each time. */
  'temperature',
  /** The same seed gives the same reply. */
  'seed',
  /** Counts tokens in `metadata.usage`. */
  'usage',
  /** Token ids of prompt and reply in the metadata. */
  'tokens',
  /** `encode`, `decode` and `streamTokens`. */
  'tokenizer',
  /** The prompt as the model reads it is in `metadata.prompt`. */
  'prompt',
  /** Turns of a session reuse the KV cache; `usage.prefilledTokens` shows it. */
  'kv-cache',
  /** `engineInfo`. */
  'engine-info',
  /** A prompt that does not fit the context window is refused with `context-overflow`. */
  'context-overflow',
] as const;

export type Claim = (typeof claims)[number];

/** What OpenAI's API promises. It promises no `seed`: servers may do their best. */
export const openAiClaims: readonly Claim[] = [
  'chat',
  'tools',
  'tool-choice',
  'structured-output',
  'streaming',
  'abort',
  'limits',
  'stop',
  'temperature',
  'usage',
  'context-overflow',
];
