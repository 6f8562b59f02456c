/**
 * Notes when the engine's worker does what, from outside: it replaces functions of the browser that
 * the worker calls. It is imported before the worker's own code.
 */
import { COMPILE, type Span } from './span.js';

const spans: Span[] = [];
const now = () => performance.timeOrigin + performance.now();

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = now();
  try {
    return await work();
  } finally {
    spans.push({ name, from, to: now() });
  }
}

/** Files: from the network or the HTTP cache, and from the origin-private file system. */
const { fetch } = self;
self.fetch = (input, init) =>
  // Until the answer. Its body ends later, and to watch that would cost time.
  timed(`fetch ${fileOf(input)}`, () => fetch(input, init));
const fileOf = (input: RequestInfo | URL) =>
  new URL(input instanceof Request ? input.url : input, location.href).pathname.split('/').at(-1);

const { arrayBuffer } = Blob.prototype;
Blob.prototype.arrayBuffer = function () {
  return timed('read a stored file', () => arrayBuffer.call(this));
};

/** SHA-256: of the browser, and of hash-wasm by the names of its exports. */
const { digest } = crypto.subtle;
crypto.subtle.digest = (...args) => timed('hash', () => digest.apply(crypto.subtle, args));

/** WebAssembly below this size is not ONNX Runtime's. Bytes. */
const LARGE = 1_000_000;

const streaming = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = (...args) => timed(COMPILE, () => streaming(...args));
const compileStreaming = WebAssembly.compileStreaming;
WebAssembly.compileStreaming = (...args) => timed(COMPILE, () => compileStreaming(...args));

const { instantiate } = WebAssembly;
WebAssembly.instantiate = (async (source: BufferSource | WebAssembly.Module, ...rest: []) => {
  const isLarge = !(source instanceof WebAssembly.Module) && source.byteLength > LARGE;
  const work = () => instantiate(source as BufferSource, ...rest);
  const result = await (isLarge ? timed(COMPILE, work) : work());
  const instance = 'instance' in result ? result.instance : (result as WebAssembly.Instance);
  if (!('Hash_Update' in instance.exports)) return result;
  const exports = Object.fromEntries(
    Object.entries(instance.exports).map(([name, value]) => [
      name,
      name === 'Hash_Update' ? timedSync(value as (...args: unknown[]) => unknown) : value,
    ]),
  );
  const marked = { exports } as WebAssembly.Instance;
  return 'instance' in result ? { ...result, instance: marked } : marked;
}) as typeof WebAssembly.instantiate;

function timedSync(work: (...args: unknown[]) => unknown) {
  return (...args: unknown[]) => {
    const from = now();
    try {
      return work(...args);
    } finally {
      spans.push({ name: 'hash', from, to: now() });
    }
  };
}

spans.push({ name: 'code of the worker', from: performance.timeOrigin, to: now() });

/** The page asks for the spans by this message, which the worker's own protocol does not have. */
self.addEventListener('message', (event) => {
  if ((event.data as { type: string }).type !== 'bench-spans') return;
  event.stopImmediatePropagation();
  postMessage({ type: 'bench-spans', spans });
});
