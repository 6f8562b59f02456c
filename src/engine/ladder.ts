import type { ErrorRecord } from '../errors.js';
import type { Model } from '../models/model.js';
import type { LoadTimings, Rung } from './protocol.js';

export const requestedDevices = ['auto', 'webgpu', 'wasm', 'remote'] as const;
/** `auto` walks the whole ladder. A named device is used or refused, never replaced. */
export type RequestedDevice = (typeof requestedDevices)[number];
/** The devices that a page can request for itself. */
export const pageDevices = ['auto', 'webgpu', 'wasm'] as const satisfies readonly RequestedDevice[];
export type PageDevice = (typeof pageDevices)[number];
/** `unknown`: somebody else's agent, which does not say. */
export type ActualDevice = Exclude<RequestedDevice, 'auto'> | 'unknown';

/** The outcome of one rung. */
export interface Attempt {
  device: ActualDevice;
  /** Absent for `remote`. */
  dtype?: Rung['dtype'];
  file?: string;
  /** Base URL of the server, for `remote` only. */
  url?: string;
  outcome: 'loaded' | 'failed' | 'skipped';
  /** Why the rung was skipped. */
  reason?: string;
  error?: ErrorRecord;
  /** Milliseconds. */
  durationMs: number;
  /** The engine was already loaded, by another agent. */
  shared?: boolean;
  /** Where the time of a load went. `durationMs` also has the start of the worker. */
  timings?: LoadTimings;
}

/** The rungs of a model for a device, best first. */
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
