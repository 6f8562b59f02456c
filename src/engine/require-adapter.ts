import { sleep } from '../async.js';
import { UnmockedError } from '../errors.js';

/**
 * Asks for a WebGPU adapter. `navigator.gpu` also exists in browsers without one. Only a request tells.
 *
 * @param limit how long the browser may take. Milliseconds.
 * @throws UnmockedError `no-adapter`.
 */
export async function requireAdapter(limit: number): Promise<GPUAdapter> {
  if (!navigator.gpu) throw noAdapter('the browser has no navigator.gpu');
  const answered = new AbortController();
  const late = sleep(limit, answered.signal).then(() => {
    throw noAdapter(`requestAdapter() did not answer within ${limit / 1000} s`);
  });
  const adapter = await Promise.race([navigator.gpu.requestAdapter(), late]).finally(() => {
    late.catch(() => undefined);
    answered.abort();
  });
  if (!adapter) throw noAdapter('requestAdapter() found none');
  return adapter;
}

const noAdapter = (why: string): UnmockedError =>
  new UnmockedError(
    'no-adapter',
    `WebGPU is not available here: ${why}. Use another browser or machine, or the device "wasm".`,
  );
