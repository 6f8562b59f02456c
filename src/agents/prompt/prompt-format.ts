import type { Message, Tool } from '../agent.js';

/** What a model reads: the messages so far and the tools that it can call. */
export interface Conversation {
  messages: readonly Message[];
  tools: readonly Tool[];
}

/** Writes a conversation as the text that a model continues with its reply. */
export interface PromptFormat {
  render(conversation: Conversation): string | Promise<string>;
  /** Sequences that end a reply in this format, besides the model's end-of-text tokens. */
  readonly stop: readonly string[];
}

/** The facts that decide how a model reads conversations. */
export interface FormatFacts {
  /** What the registry says. Default: `template`. */
  wanted?: 'transcript' | 'template';
  hasChatTemplate: boolean;
  /** Whether the template shows tools and calls to the model. */
  templateTakesTools: boolean;
  /** What can end a reply. The first one is the usual one. */
  eosTokens: readonly string[];
  specialTokens: readonly string[];
}

/** A transcript is the fallback for models without a chat template. */
export const usesTemplate = ({ wanted, hasChatTemplate }: FormatFacts): boolean =>
  wanted !== 'transcript' && hasChatTemplate;
