import type { ErrorRecord } from '../errors.js';
import type { Model } from '../models/model.js';
import type { Rung } from './protocol.js';

export const requestedDevices = ['auto', 'webgpu', 'wasm', 'remote'] as const;
/** What was asked for. `auto` walks the whole ladder; a named device is honoured or refused, never swapped. */
export type RequestedDevice = (typeof requestedDevices)[number];
/** The devices of a page. */
export const pageDevices = ['auto', 'webgpu', 'wasm'] as const satisfies readonly RequestedDevice[];
export type PageDevice = (typeof pageDevices)[number];
export type ActualDevice = Exclude<RequestedDevice, 'auto'>;

/** One rung that was tried, or passed over, and how it went. */
export interface Attempt {
  device: ActualDevice;
  /** Missing for `remote`. */
  dtype?: Rung['dtype'];
  file?: string;
  /** Base URL of the server; only for `remote`. */
  url?: string;
  outcome: 'loaded' | 'failed' | 'skipped';
  /** Why it was skipped. */
  reason?: string;
  error?: ErrorRecord;
  /** Milliseconds. */
  durationMs: number;
  /** The engine was already there, loaded for somebody else. */
  shared?: boolean;
}

/** The rungs of a model for a device, best first. WebGPU needs the build of ONNX Runtime that can wait for the GPU. */
export function rungsOf(model: Model, device: RequestedDevice, dtype?: Rung['dtype']): Rung[] {
  return model.variants
    .filter(
      (variant) =>
        (device === 'auto' || variant.device === device) && (!dtype || variant.dtype === dtype),
    )
    .map(
      (variant) =>
        ({ ...variant, ort: variant.device === 'webgpu' ? 'asyncify' : 'plain' }) satisfies Rung,
    );
}
