import type { Conversation } from '../agents/prompt/prompt-format.js';
import type { OutputConstraint } from '../engine/constraint/constraint.js';
import type { Vocabulary } from '../engine/constraint/vocabulary.js';
import type { GenerateRequest, GenerateResult, TokenEvent } from '../engine/protocol.js';
import type { Dtype } from '../models/model.js';

/** Facts about a loaded model. Plain data. */
export interface ModelInfo {
  id: string;
  /** Seconds since 1970. */
  created: number;
  /** Tokens. */
  contextWindow: number;
  dtype: Dtype;
  /** Identifies the weights. With the same fingerprint, the same seed gives the same text. */
  fingerprint: string;
  /** Sequences that end a reply in the model's prompt format. */
  formatStop: readonly string[];
}

export interface Prompt {
  text: string;
  tokenIds: number[];
}

/**
 * The small interface between the protocol and what computes. An engine of this page implements it,
 * and so does a worker thread of Node (server/model-host.ts).
 */
export interface ServedModel extends ModelInfo {
  /** Turns a conversation into a prompt. */
  prompt(conversation: Conversation): Promise<Prompt>;
  /** @throws UnmockedError `invalid-constraint` or `unsupported`. */
  checkConstraint(constraint: OutputConstraint): Promise<void>;
  /** The bytes of each token. @throws UnmockedError `unsupported` for an unknown tokenizer. */
  vocabulary(): Promise<Vocabulary>;
  /** Same contract as `Generator.generate` in src/engine/runtime/generator.ts. */
  generate(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
}
