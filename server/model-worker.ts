/** The worker that computes, for all models of a server: the runtime's random numbers are one state. */
import { parentPort } from 'node:worker_threads';
import { toErrorRecord } from '../src/errors.js';
import { loadServedModel } from './model.js';
import type { ModelInfo, ServedModel } from './served-model.js';
import type { Request, Response } from './worker-protocol.js';

const port = parentPort!;
const models = new Map<number, ServedModel>();
const running = new Map<number, AbortController>();

const send = (response: Response) => port.postMessage(response);

let closing = false;

port.on('message', async (request: Request) => {
  if (request.type === 'close') {
    closing = true;
    for (const controller of running.values()) controller.abort();
    endIfIdle();
    return;
  }
  if (request.type === 'cancel') {
    running.get(request.target)?.abort();
    return;
  }
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    send({ type: 'done', id, value: await handle(request, controller.signal) });
  } catch (error) {
    send({ type: 'failed', id, error: toErrorRecord(error) });
  } finally {
    running.delete(id);
    endIfIdle();
  }
});

function endIfIdle(): void {
  if (closing && running.size === 0) process.exit(); // of this worker
}

async function handle(
  request: Extract<Request, { id: number }>,
  signal: AbortSignal,
): Promise<unknown> {
  if (request.type === 'load') {
    const model = await loadServedModel(request.options);
    models.set(request.model, model);
    const { id, created, contextWindow, dtype, fingerprint, usesTemplate } = model; // functions do not cross
    return { id, created, contextWindow, dtype, fingerprint, usesTemplate } satisfies ModelInfo;
  }
  const model = models.get(request.model)!;
  if (request.type === 'prompt') return model.prompt(request.messages);
  return model.generate(
    request.request,
    (token) => send({ type: 'token', id: request.id, token }),
    signal,
  );
}
