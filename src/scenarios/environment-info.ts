import { type BrowserProbe, probeBrowser } from '../engine/probe.js';
import { VERSIONS } from '../engine/versions.js';

/** What a page says of itself. */
export interface EnvironmentInfo extends BrowserProbe {
  /** WASM threads that an engine may have here; large models use up to four of them. */
  threads: number;
  versions: { transformers: string; onnxruntime: string };
}

export async function describe(): Promise<EnvironmentInfo> {
  const probe = await probeBrowser();
  return {
    ...probe,
    threads: probe.crossOriginIsolated ? probe.hardwareConcurrency : 1,
    versions: VERSIONS,
  };
}
