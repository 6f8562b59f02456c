import type { DeviceMemory } from '../models/memory-limits.js';

const GiB = 2 ** 30;

/** What this device says about its memory. Each fact is undefined where the browser does not say. */
export async function readDeviceMemory(): Promise<DeviceMemory & { used?: number }> {
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  const [adapter, estimate] = await Promise.all([
    navigator.gpu?.requestAdapter().catch(() => null),
    navigator.storage?.estimate?.().catch(() => undefined),
  ]);
  const { quota, usage } = estimate ?? {};
  return {
    machine: deviceMemory === undefined ? undefined : deviceMemory * GiB,
    storage: quota === undefined ? undefined : Math.max(0, quota - (usage ?? 0)),
    used: usage,
    gpuBuffer: adapter
      ? Math.min(adapter.limits.maxStorageBufferBindingSize, adapter.limits.maxBufferSize)
      : undefined,
  };
}
