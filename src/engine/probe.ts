import { describeAdapter } from './adapter-info.js';
import type { AdapterInfo } from './protocol.js';

/** What this browser can do. Every fact is tested, not guessed from the user agent. */
export interface BrowserProbe {
  userAgent: string;
  crossOriginIsolated: boolean;
  hardwareConcurrency: number;
  /** Chromium only. */
  deviceMemoryGb?: number;
  webgpu: { adapter: AdapterInfo } | { adapter: null; reason: string };
  /** WebAssembly features that ONNX Runtime's builds need. */
  wasmSimd: boolean;
}

export async function probeBrowser(): Promise<BrowserProbe> {
  return {
    userAgent: navigator.userAgent,
    crossOriginIsolated: globalThis.crossOriginIsolated,
    hardwareConcurrency: navigator.hardwareConcurrency,
    deviceMemoryGb: (navigator as Navigator & { deviceMemory?: number }).deviceMemory,
    webgpu: await probeWebGpu(),
    wasmSimd: WebAssembly.validate(SIMD_MODULE),
  };
}

async function probeWebGpu(): Promise<BrowserProbe['webgpu']> {
  if (!navigator.gpu) {
    return {
      adapter: null,
      reason: isSecureContext
        ? 'this browser has no WebGPU'
        : 'WebGPU needs a secure context (https or localhost)',
    };
  }
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return { adapter: null, reason: 'the browser has WebGPU but no adapter' };
    return { adapter: describeAdapter(adapter) };
  } catch (error) {
    return { adapter: null, reason: `requestAdapter() failed: ${(error as Error).message}` };
  }
}

/** A WebAssembly module with one function that returns an i8x16 splat. */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);
