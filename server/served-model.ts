import type { Conversation } from '../src/agents/prompt/prompt-format.js';
import type { GenerateRequest, GenerateResult, TokenEvent } from '../src/engine/protocol.js';
import type { Dtype } from '../src/models/model.js';

/** The dtype that the server loads if nobody chooses one. */
export const defaultDtype: Dtype = 'q8';

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

/** A loaded model. It computes in this thread (model.ts) or in a worker (model-host.ts). */
export interface ServedModel extends ModelInfo {
  /** Turns a conversation into a prompt. */
  prompt(conversation: Conversation): Promise<Prompt>;
  /** Same contract as `Generator.generate` in src/engine/runtime/generator.ts. */
  generate(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
}

export interface LoadModelOptions {
  /**
   * A registry id, a hub id (`owner/name`, `owner/name@revision`), or the path of a folder in the
   * hub's layout.
   */
  model: string;
  /** Default {@link defaultDtype}. */
  dtype?: Dtype;
  /** The project's folder, which contains `public/models/` and `.cache/`. */
  root: string;
}
