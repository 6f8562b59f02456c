import type { Message } from '../src/agents/agent.js';
import type { GenerateRequest, GenerateResult, TokenEvent } from '../src/engine/protocol.js';
import type { Dtype } from '../src/models/model.js';

export const defaultDtype: Dtype = 'q8';

/** What is known of a loaded model; plain data. */
export interface ModelInfo {
  id: string;
  /** Seconds since 1970. */
  created: number;
  /** Tokens. */
  contextWindow: number;
  dtype: Dtype;
  /** Of the weights: the same seed gives the same text under the same fingerprint. */
  fingerprint: string;
  /** The prompt is the model's own chat template, not a transcript. */
  usesTemplate: boolean;
}

export interface Prompt {
  text: string;
  tokenIds: number[];
}

/** A loaded model as the handler needs it, wherever it computes: in this thread (model.ts) or in a worker (model-host.ts). */
export interface ServedModel extends ModelInfo {
  /** The messages as a prompt. */
  prompt(messages: readonly Message[]): Promise<Prompt>;
  /** As `Generator.generate` of src/engine/runtime/generator.ts. */
  generate(
    request: GenerateRequest,
    onToken: (token: TokenEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
}

export interface LoadModelOptions {
  /** A registry id, a hub id (`owner/name`, `owner/name@revision`), or the path of a folder in the hub's layout. */
  model: string;
  /** Default {@link defaultDtype}. */
  dtype?: Dtype | undefined;
  /** The project's folder: has `public/models/` and `.cache/`. */
  root: string;
}
