/**
 * Notes that the WASM heap could not grow. ONNX Runtime then throws a C++ exception whose text its
 * builds do not give, so nothing else says that memory ran out.
 */
let refused: number | undefined;

/** Watches each heap that is made in this realm from now on. */
export function watchHeap(): void {
  const { prototype } = WebAssembly.Memory;
  const { grow } = prototype;
  prototype.grow = function (this: WebAssembly.Memory, pages: number) {
    try {
      return grow.call(this, pages);
    } catch (error) {
      refused = this.buffer.byteLength + Number(pages) * PAGE;
      throw error;
    }
  };
}

/** How many bytes a heap was to have when it could not grow; undefined if none was refused. */
export const refusedHeap = (): number | undefined => refused;

const PAGE = 65_536;
