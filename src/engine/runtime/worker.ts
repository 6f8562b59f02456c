/** The engine's worker: one model, loaded once. A failed load or inference ends its use. */
import { sleep } from '../../async.js';
import { abortError, hasCode, UnmockedError } from '../../errors.js';
import { describeAdapter } from '../adapter-info.js';
import { blockedByPolicy, PolicyWatch, remedyFor, type Violation } from '../policy.js';
import type { AdapterInfo, LoadSpec, WorkerRequest, WorkerResponse } from '../protocol.js';
import { holdLifeLine } from '../life-line.js';
import { requireAdapter } from '../require-adapter.js';
import { RunningCalls } from '../running-calls.js';
import type { Step } from '../steps.js';
import type { Loaded } from './load-model.js';
import { ModelStore } from './model-store.js';

const send = (response: WorkerResponse) => postMessage(response);
const calls = new RunningCalls(send);
let loaded: Loaded | undefined;
holdLifeLine((lock) => send({ type: 'alive', lock }));

type LoadRequest = Extract<WorkerRequest, { type: 'load' }>;

const FATAL = ['inference-failed', 'invalid-logits', 'device-lost', 'out-of-memory'] as const;

/** For work that may never end. */
function during<T>(step: Step, work: () => T): T {
  send({ type: 'step', step });
  const over = () => send({ type: 'step' });
  let result: T | undefined;
  try {
    return (result = work());
  } finally {
    if (result instanceof Promise) result.then(over, over);
    else over();
  }
}

self.onmessage = ({ data: request }: MessageEvent<WorkerRequest>) => {
  if (request.type === 'cancel') return calls.cancel(request.target);
  // transformers.js keeps a failed load or inference in a promise chain that never resets, so every
  // later call in this realm would fail with the same error.
  const isFatal = (error: unknown) => request.type === 'load' || hasCode(error, ...FATAL);
  return calls.run(request.id, (signal) => handle(request, signal), isFatal);
};

async function handle(
  request: Exclude<WorkerRequest, { type: 'cancel' }>,
  signal: AbortSignal,
): Promise<unknown> {
  if (request.type === 'load') return load(request, signal);
  if (!loaded) throw new UnmockedError('disposed', 'The engine has no model. Load one first.');
  const { generator } = loaded;
  switch (request.type) {
    case 'generate':
      return generator.generate(
        request.request,
        (token) => send({ type: 'token', id: request.id, token }),
        signal,
      );
    case 'encode':
      return generator.encode(request.text);
    case 'decode':
      return generator.decode(request.tokenIds, request.skipSpecialTokens);
    case 'check-constraint':
      return generator.checkConstraint(request.constraint);
    case 'vocabulary':
      return generator.vocabulary();
    case 'stream-tokens':
      return generator.streamTokens(request.tokenIds);
    case 'render-template':
      return loaded.renderTemplate(request.messages, request.options);
    case 'forget':
      return generator.forget(request.conversation);
  }
}

/** @throws UnmockedError `blocked-by-policy` as soon as a policy blocks anything of the load. */
async function load(request: LoadRequest, signal: AbortSignal) {
  let watch: PolicyWatch | undefined;
  const blocked = new Promise<never>((_resolve, reject) => {
    watch = new PolicyWatch((violation) => reject(blockedInWorker(violation)));
  });
  const loading = loadRung(request, signal);
  try {
    return await Promise.race([loading, blocked]);
  } catch (error) {
    // The browser reports a violation in a task after the error that it causes.
    await Promise.race([sleep(POLICY_TASK_MS), blocked]);
    throw error;
  } finally {
    watch?.stop();
  }
}

const POLICY_TASK_MS = 50;

/** The policy that counts came with this worker's script, or with the page that made it. */
function blockedInWorker(violation: Violation): UnmockedError {
  const { blockedURI } = violation;
  return blockedByPolicy(remedyFor(violation), {
    whose:
      location.protocol === 'blob:' ? 'the page' : `${location.pathname}, the engine's worker,`,
    what: blockedURI === 'wasm-eval' ? 'WebAssembly' : blockedURI,
  });
}

async function loadRung({ id, spec, runtime }: LoadRequest, signal: AbortSignal) {
  const adapter = spec.rung.device === 'webgpu' ? await adapterFor(spec) : undefined;
  const store = new ModelStore(spec, {
    signal,
    onProgress: (progress) => send({ type: 'progress', id, progress }),
    onCompiled: (module) => send({ type: 'compiled', url: spec.ort.wasm, module }),
  });
  const fetched = store.fetchAll(runtime);
  fetched.catch(() => undefined); // it is awaited below, once the code is there
  // Imported late: the runtime is large, and a rung without an adapter does not need it.
  const { loadModel } = await during(
    { kind: 'code', url: location.href, part: true },
    () => import('./load-model.js'),
  );
  if (signal.aborted) throw abortError(signal);
  loaded = await loadModel(spec, {
    adapter,
    signal,
    store,
    fetched,
    during,
  });
  return loaded.info;
}

async function adapterFor(spec: LoadSpec): Promise<AdapterInfo> {
  const info = describeAdapter(await requireAdapter(spec.stallLimit));
  if ((spec.rung.dtype === 'fp16' || spec.rung.dtype === 'q4f16') && !info.shaderF16) {
    throw new UnmockedError(
      'no-shader-f16',
      `The WebGPU adapter (${info.vendor} ${info.architecture}) has no half-precision ` +
        `support, which ${spec.rung.file} needs. Use the dtype "fp32", or the device "wasm".`,
    );
  }
  return info;
}
