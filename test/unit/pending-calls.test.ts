import { expect } from '@esm-bundle/chai';
import { type CallOptions, PendingCalls } from '../../src/engine/pending-calls.js';
import type { TokenEvent, WorkerResponse } from '../../src/engine/protocol.js';
import { RunningCalls } from '../../src/engine/running-calls.js';
import { UnmockedError } from '../../src/errors.js';
import { rejection } from '../helpers.js';

type Work = (signal: AbortSignal) => Promise<unknown>;

/** Both sides of a worker protocol. Messages are cloned, as between threads. */
function setUp(work: Work, isFatal?: (error: unknown) => boolean) {
  const responses: WorkerResponse[] = [];
  const cancelled: number[] = [];
  const caller = new PendingCalls();
  const send = (response: WorkerResponse) => {
    responses.push(response);
    caller.receive(structuredClone(response));
  };
  const worker = new RunningCalls(send);
  const call = <T>(options?: CallOptions) =>
    caller.start<T>(
      (id) => void worker.run(id, work, isFatal),
      (id) => {
        cancelled.push(id);
        worker.cancel(id);
      },
      options,
    );
  return { caller, worker, call, send, responses, cancelled };
}

/** Work that ends only when it is cancelled. */
const endless: Work = (signal) =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError'))),
  );

describe('calls over a worker', () => {
  it('return the value of the work', async () => {
    const { caller, worker, call } = setUp(async () => ({ value: 42 }));
    expect(await call()).to.deep.equal({ value: 42 });
    expect([caller.size, worker.size]).to.deep.equal([0, 0]);
  });

  it('reach their own caller, in any order', async () => {
    const gates: ((value: string) => void)[] = [];
    const { call, caller } = setUp(() => new Promise((resolve) => gates.push(resolve)));
    const first = call();
    const second = call();
    expect(caller.size).to.equal(2);
    gates[1]!('second');
    expect(await second).to.equal('second');
    gates[0]!('first');
    expect(await first).to.equal('first');
  });

  it('report tokens and progress until they end', async () => {
    const { call, send } = setUp(endless);
    const tokens: TokenEvent[] = [];
    const loaded: number[] = [];
    const controller = new AbortController();
    const pending = call({
      signal: controller.signal,
      onToken: (token) => tokens.push(token),
      onProgress: ({ loadedBytes }) => loaded.push(loadedBytes),
    });
    const token = { index: 0, tokenId: 7, text: 'Hi' };
    const progress = { phase: 'download' as const, loadedBytes: 3, totalBytes: 9 };
    send({ type: 'token', id: 1, token });
    send({ type: 'progress', id: 1, progress });
    send({ type: 'token', id: 99, token }); // belongs to no call
    controller.abort();
    await rejection(pending);
    send({ type: 'token', id: 1, token }); // too late
    expect(tokens).to.deep.equal([token]);
    expect(loaded).to.deep.equal([3]);
  });

  it('fail with the whole error of the work', async () => {
    const error = new UnmockedError('inference-failed', 'The runtime failed.', {
      cause: new TypeError('gather'),
      details: { tokens: 3 },
    });
    const { call, responses } = setUp(
      () => Promise.reject(error),
      (reason) => reason === error,
    );
    const crossed = await rejection(call());
    expect(crossed).to.include({ code: 'inference-failed', stack: error.stack });
    expect(crossed.details).to.deep.equal({ tokens: 3 });
    expect((crossed.cause as Error).message).to.equal('gather');
    expect(responses.at(-1)).to.include({ type: 'failed', fatal: true });
  });

  it('are cancelled with the reason of their signal, once the work has stopped', async () => {
    const { call, cancelled, worker } = setUp(endless);
    const reason = new Error('enough');
    const controller = new AbortController();
    const pending = rejection(call({ signal: controller.signal }));
    controller.abort(reason);
    expect(await pending).to.equal(reason);
    expect(cancelled).to.deep.equal([1]);
    expect(worker.size).to.equal(0);
  });

  it('keep an error that is not the abort, even when they are cancelled', async () => {
    const { call } = setUp(
      (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new TypeError('broken'))),
        ),
    );
    const controller = new AbortController();
    const pending = rejection(call({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect((await pending).message).to.equal('broken');
  });

  it('never start for a signal that is already aborted', async () => {
    let started = 0;
    const { call } = setUp(async () => started++);
    await rejection(call({ signal: AbortSignal.abort() }));
    expect(started).to.equal(0);
  });

  it('cancel nothing after they have ended', async () => {
    const { call, cancelled } = setUp(async () => 'done');
    const controller = new AbortController();
    await call({ signal: controller.signal });
    controller.abort();
    expect(cancelled).to.deep.equal([]);
  });

  it('all fail when the worker is gone', async () => {
    const { caller, call } = setUp(endless);
    const pending = [rejection(call()), rejection(call())];
    const reason = new Error('gone');
    caller.rejectAll(reason);
    expect(await Promise.all(pending)).to.deep.equal([reason, reason]);
    expect(caller.size).to.equal(0);
  });

  it('all stop when the worker closes', async () => {
    const { worker, call } = setUp(endless);
    const pending = [rejection(call()), rejection(call())];
    worker.cancelAll();
    for (const error of await Promise.all(pending)) expect(error.name).to.equal('AbortError');
    expect(worker.size).to.equal(0);
  });
});
