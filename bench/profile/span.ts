/** Something that took time. Milliseconds; in the worker since 1970, in the page since the navigation. */
export interface Span {
  name: string;
  from: number;
  to: number;
}

/** The name of the spans in which WebAssembly is compiled and started. */
export const COMPILE = 'compile and start ONNX Runtime';

/** One start. */
export interface Start {
  /** One after the other, from the navigation to the first token. */
  phases: Span[];
  /** What the worker did in them. Many of them overlap. */
  inWorker: Span[];
}

/** What the page offers. */
export interface ProfiledSide {
  start(): Promise<Start>;
}
