let base: string | undefined;

/**
 * Where the page's own files are: `models/` (the bundled model) and `ort/` (ONNX Runtime's WASM). By default beside the page. A page that
 * embeds the elements from elsewhere sets it once, before the first load. Nothing is fetched from a CDN.
 */
export const assets = {
  /** Absolute URL that ends with a slash; `models/` and `ort/` are looked for below it. Default: the page's folder. */
  get base(): string {
    return base ?? new URL('./', globalThis.document?.baseURI ?? location.href).href;
  },
  set base(url: string) {
    base = url;
  },
};
