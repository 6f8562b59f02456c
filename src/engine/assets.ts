let base: string | undefined;

/**
 * Where the page's own files are: `models/` (the bundled model) and `ort/` (ONNX Runtime's WASM).
 * Nothing comes from a CDN.
 */
export const assets = {
  /**
   * Absolute URL with a trailing slash; `models/` and `ort/` are below it. Default: the page's
   * folder. Set it before the first load if the elements are served from another place.
   */
  get base(): string {
    return base ?? new URL('./', globalThis.document?.baseURI ?? location.href).href;
  },
  set base(url: string) {
    base = url;
  },
};
