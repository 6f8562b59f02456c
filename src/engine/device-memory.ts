import type { DeviceMemory } from '../models/memory-limits.js';

const GiB = 2 ** 30;

/** Asked once: a browser logs each time that there is no adapter. */
let limits: Promise<GPUSupportedLimits | undefined> | undefined;

const readLimits = async (): Promise<GPUSupportedLimits | undefined> =>
  (await navigator.gpu?.requestAdapter().catch(() => null))?.limits;

/** What this device says about its memory. Each fact is undefined where the browser does not say. */
export async function readDeviceMemory(): Promise<DeviceMemory & { used?: number }> {
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  const [gpu, estimate] = await Promise.all([
    (limits ??= readLimits()),
    navigator.storage?.estimate?.().catch(() => undefined),
  ]);
  const { quota, usage } = estimate ?? {};
  return {
    machine: deviceMemory === undefined ? undefined : deviceMemory * GiB,
    storage: quota === undefined ? undefined : Math.max(0, quota - (usage ?? 0)),
    used: usage,
    gpuBuffer: gpu ? Math.min(gpu.maxStorageBufferBindingSize, gpu.maxBufferSize) : undefined,
  };
}
