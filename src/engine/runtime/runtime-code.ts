/**
 * Compiles ONNX Runtime's WASM while it is read from the browser's HTTP cache.
 */
export async function compileCached(url: string): Promise<WebAssembly.Module> {
  const read = () => fetch(url, { credentials: 'same-origin' });
  try {
    return await WebAssembly.compileStreaming(read());
  } catch {
    // The server says another type than application/wasm.
    return WebAssembly.compile(await (await read()).arrayBuffer());
  }
}

/**
 * Makes the runtime take a compiled module. Its script knows bytes alone, so it is given a mark in their
 * place, and the browser's own function in this realm knows the mark.
 *
 * @returns what to use as `env.wasm.wasmBinary`.
 */
export function bytesThatStandFor(module: WebAssembly.Module): ArrayBuffer {
  const mark = new ArrayBuffer(8);
  const { instantiate } = WebAssembly;
  const isMark = (source: unknown) => ArrayBuffer.isView(source) && source.buffer === mark;
  WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) => {
    if (!isMark(source)) return instantiate(source, imports);
    WebAssembly.instantiate = instantiate;
    return { module, instance: await instantiate(module, imports) };
  }) as typeof instantiate;
  return mark;
}
