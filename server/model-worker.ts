/**
 * The worker that computes. One worker holds all models of a server, because the runtime has one
 * random state for all of them.
 */
import { parentPort } from 'node:worker_threads';
import { RunningCalls } from '../src/engine/running-calls.js';
import { loadServedModel } from './model.js';
import type { ModelInfo, ServedModel } from '../src/openai/served-model.js';
import type { WorkerRequest, WorkerResponse } from './worker-protocol.js';

const port = parentPort!;
const models = new Map<number, ServedModel>();
const send = (response: WorkerResponse) => port.postMessage(response);
const calls = new RunningCalls(send);
let closing = false;

port.on('message', async (request: WorkerRequest) => {
  if (request.type === 'cancel') return calls.cancel(request.target);
  if (request.type === 'close') {
    closing = true;
    calls.cancelAll();
  } else await calls.run(request.id, (signal) => handle(request, signal));
  if (closing && calls.size === 0) process.exit(); // ends this worker only
});

async function handle(
  request: Extract<WorkerRequest, { id: number }>,
  signal: AbortSignal,
): Promise<unknown> {
  if (request.type === 'load') {
    const model = await loadServedModel(request.options);
    models.set(request.model, model);
    const { id, created, contextWindow, dtype, fingerprint, formatStop } = model; // no functions
    return { id, created, contextWindow, dtype, fingerprint, formatStop } satisfies ModelInfo;
  }
  const model = models.get(request.model)!;
  if (request.type === 'prompt') return model.prompt(request.conversation);
  if (request.type === 'check-constraint') return model.checkConstraint(request.constraint);
  if (request.type === 'vocabulary') return model.vocabulary();
  return model.generate(
    request.request,
    (token) => send({ type: 'token', id: request.id, token }),
    signal,
  );
}
