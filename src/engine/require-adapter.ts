import { UnmockedError } from '../errors.js';

/**
 * `navigator.gpu` also exists in browsers without an adapter. Only a request tells.
 *
 * @throws UnmockedError `no-adapter`.
 */
export async function requireAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter) return adapter;
  const why = navigator.gpu ? 'requestAdapter() found none' : 'the browser has no navigator.gpu';
  throw new UnmockedError(
    'no-adapter',
    `WebGPU is not available here: ${why}. Use another browser or machine, or the device "wasm".`,
  );
}
