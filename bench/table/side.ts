/** What the pages of both sides have in common: what they are asked, and what they answer. */
import type { Dtype, Model } from '../../src/index.js';

/** In the page's address, so that the page starts at once. */
export interface Order {
  model: string | Model;
  hubUrl?: string;
  device: 'wasm' | 'webgpu';
  /** Which of the model's files: `raw` loads the one that `ours` loaded. */
  weights?: { dtype: Dtype; name: string };
  /** The question of the first token. */
  question: string;
}

export interface Spoken {
  role: 'user' | 'assistant';
  content: string;
}

/** One answer. */
export interface Asked {
  prompt: string;
  tokens: number[];
  /** The conversation with the answer. */
  messages: Spoken[];
  /** Milliseconds from the question to the first token. */
  firstToken: number;
  /** Tokens per second after the first token. */
  rate: number;
}

/** One side: ours or raw. */
export interface Side {
  /** Milliseconds from the navigation to the first token of the first question. */
  start(): Promise<number>;
  /** Answers the last message of a conversation that it reads for the first time. */
  ask(messages: Spoken[], maxTokens: number): Promise<Asked>;
}

/** What the engine loaded. */
export interface Facts {
  file: string;
  dtype: Dtype;
  threads: number;
  device: string;
}

/** What only ours is asked. */
export interface OurSide extends Side {
  facts(): Promise<Facts>;
  /** Asks the questions as one conversation, which keeps its KV cache. */
  converse(questions: readonly string[], maxTokens: number): Promise<Asked[]>;
  /**
   * Tokens per second of all questions, asked one after the other, and at once by an agent for each
   * question.
   */
  several(questions: readonly string[], maxTokens: number): Promise<{ one: number; all: number }>;
}

export const readOrder = (): Order =>
  JSON.parse(new URLSearchParams(location.search).get('order') ?? '') as Order;

/** The bench calls it by this name. */
export function expose(side: Side): void {
  Object.assign(globalThis, { side });
}
