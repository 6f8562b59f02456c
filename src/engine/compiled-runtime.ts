/**
 * ONNX Runtime's compiled WASM, which the workers of this page share. Each needs a fresh realm and a
 * heap of its own, but code does not change: the first worker compiles it, and every later one is given
 * the same module, with all that the browser has optimized in it since.
 */
const modules = new Map<string, WebAssembly.Module>();
let forget: ReturnType<typeof setTimeout> | undefined;

/** How long code is kept after the last worker that had it. Milliseconds. */
const KEEP_FOR = 60_000;

/** The module of a WASM file, by its absolute URL; undefined if none was compiled. */
export const compiledRuntime = (url: string): WebAssembly.Module | undefined => modules.get(url);

export function keepCompiledRuntime(url: string, module: WebAssembly.Module): void {
  modules.set(url, module);
}

/** Tells how many workers there are. Without one, the code is given up after a minute. */
export function countWorkers(alive: number): void {
  clearTimeout(forget);
  if (alive === 0) forget = setTimeout(() => modules.clear(), KEEP_FOR);
}
