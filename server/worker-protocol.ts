/** The only contract between the server's thread and the worker that computes. Plain data; errors cross whole (see `ErrorRecord`). */
import type { Message } from '../src/agents/agent.js';
import type { GenerateRequest, TokenEvent } from '../src/engine/protocol.js';
import type { ErrorRecord } from '../src/errors.js';
import type { LoadModelOptions } from './served-model.js';

/** `model` is a number that the server's thread gives a model when it has it loaded. */
export type Request =
  | { type: 'load'; id: number; model: number; options: LoadModelOptions }
  | { type: 'prompt'; id: number; model: number; messages: readonly Message[] }
  | { type: 'generate'; id: number; model: number; request: GenerateRequest }
  /** Ends request `target`; it answers with an `AbortError`. */
  | { type: 'cancel'; target: number }
  /** Ends all requests, then the worker. */
  | { type: 'close' };

export type Response =
  | { type: 'token'; id: number; token: TokenEvent }
  | { type: 'done'; id: number; value: unknown }
  | { type: 'failed'; id: number; error: ErrorRecord };
