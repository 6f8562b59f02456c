/** The engine's worker: one model, loaded once. It is never reused after a failed load or a failed inference. */
import { abortError, hasCode, toErrorRecord, UnmockedError } from '../../errors.js';
import type { AdapterInfo, LoadSpec, Request, Response } from '../protocol.js';
import type { Loaded } from './load-model.js';

const running = new Map<number, AbortController>();
let loaded: Loaded | undefined;

const send = (response: Response) => postMessage(response);

self.onmessage = async ({ data: request }: MessageEvent<Request>) => {
  if (request.type === 'cancel') {
    running.get(request.target)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(request.id, controller);
  try {
    send({ type: 'done', id: request.id, value: await handle(request, controller.signal) });
  } catch (error) {
    const fatal = request.type === 'load' || hasCode(error, 'inference-failed');
    send({ type: 'failed', id: request.id, error: toErrorRecord(error), fatal });
  } finally {
    running.delete(request.id);
  }
};

async function handle(
  request: Exclude<Request, { type: 'cancel' }>,
  signal: AbortSignal,
): Promise<unknown> {
  if (request.type === 'load') return load(request.id, request.spec, signal);
  if (!loaded) throw new UnmockedError('disposed', 'The engine has no model.');
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
    case 'stream-tokens':
      return generator.streamTokens(request.tokenIds);
    case 'render-template':
      return loaded.renderTemplate(request.messages);
    case 'forget':
      return generator.forget(request.conversation);
  }
}

async function load(id: number, spec: LoadSpec, signal: AbortSignal) {
  const adapter = spec.rung.device === 'webgpu' ? await requireAdapter(spec) : undefined;
  // Only now: the runtime is large, and a rung without an adapter does not need it.
  const { loadModel } = await import('./load-model.js');
  if (signal.aborted) throw abortError(signal);
  loaded = await loadModel(spec, {
    adapter,
    signal,
    onProgress: (progress) => send({ type: 'progress', id, progress }),
  });
  return loaded.info;
}

/** `navigator.gpu` is there in browsers that have no adapter; only asking tells. */
async function requireAdapter(spec: LoadSpec): Promise<AdapterInfo> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) {
    const why = navigator.gpu ? 'requestAdapter() found none' : 'the browser has no navigator.gpu';
    throw new UnmockedError(
      'no-adapter',
      `WebGPU is not available here: ${why}. Use another browser or machine, or the device "wasm".`,
    );
  }
  const { vendor, architecture, device, description } = adapter.info;
  const info: AdapterInfo = {
    vendor,
    architecture,
    device,
    description,
    isFallbackAdapter: adapter.info.isFallbackAdapter ?? false,
    shaderF16: adapter.features.has('shader-f16'),
  };
  if ((spec.rung.dtype === 'fp16' || spec.rung.dtype === 'q4f16') && !info.shaderF16) {
    throw new UnmockedError(
      'no-shader-f16',
      `The WebGPU adapter (${vendor} ${architecture}) cannot compute in half precision, which ${spec.rung.file} needs.`,
    );
  }
  return info;
}
