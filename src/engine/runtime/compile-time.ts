/**
 * Measures how long the runtime's WASM takes to compile. ONNX Runtime does not say it, and compiles
 * somewhere inside of the first session, so this watches the browser's own functions in this realm.
 */
export class CompileTime {
  /** The longest compilation: the runtime's. Others in a worker are a thousandth of it. */
  milliseconds = 0;
  readonly #instantiate = WebAssembly.instantiate;
  readonly #streaming = WebAssembly.instantiateStreaming;

  /** Measures until `stop`. */
  constructor() {
    WebAssembly.instantiate = this.#watch(this.#instantiate);
    WebAssembly.instantiateStreaming = this.#watch(this.#streaming);
  }

  stop(): void {
    WebAssembly.instantiate = this.#instantiate;
    WebAssembly.instantiateStreaming = this.#streaming;
  }

  #watch<F extends (...args: never[]) => Promise<unknown>>(compile: F): F {
    const watched = async (...args: Parameters<F>): Promise<unknown> => {
      const startedAt = performance.now();
      try {
        return await compile(...args);
      } finally {
        this.milliseconds = Math.max(this.milliseconds, performance.now() - startedAt);
      }
    };
    return watched as F;
  }
}
