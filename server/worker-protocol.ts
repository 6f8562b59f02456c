/**
 * The wire contract between the server's thread and the worker that computes. Responses are the
 * same as those of the page's worker.
 */
import type { Conversation } from '../src/agents/prompt/prompt-format.js';
import type { OutputConstraint } from '../src/engine/constraint/constraint.js';
import type { CancelRequest, GenerateRequest } from '../src/engine/protocol.js';
import type { LoadModelOptions } from './load-model-options.js';

export type { WorkerResponse } from '../src/engine/protocol.js';

/** `model` is the number that the server's thread gave a model when it loaded it. */
export type WorkerRequest =
  | { type: 'load'; id: number; model: number; options: LoadModelOptions }
  | { type: 'prompt'; id: number; model: number; conversation: Conversation }
  | { type: 'check-constraint'; id: number; model: number; constraint: OutputConstraint }
  | { type: 'vocabulary'; id: number; model: number }
  | { type: 'generate'; id: number; model: number; request: GenerateRequest }
  | CancelRequest
  /** Cancels all requests, then ends the worker. */
  | { type: 'close' };
