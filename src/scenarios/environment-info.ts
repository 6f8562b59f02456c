import { type BrowserProbe, probeBrowser } from '../engine/probe.js';
import { VERSIONS } from '../engine/versions.js';

/** What the page knows about its browser and its versions. */
export interface EnvironmentInfo extends BrowserProbe {
  /** WASM threads that an engine may use here. Large models use up to four. */
  threads: number;
  versions: { transformers: string; onnxruntime: string };
}

/** Probes the browser. */
export async function describe(): Promise<EnvironmentInfo> {
  const probe = await probeBrowser();
  return {
    ...probe,
    threads: probe.crossOriginIsolated ? probe.hardwareConcurrency : 1,
    versions: VERSIONS,
  };
}
