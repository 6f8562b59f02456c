import { UnmockedError } from '../../errors.js';
import { estimateMemory } from '../../models/memory-estimate.js';
import { type DeviceMemory, embeddingBytes, findShortages } from '../../models/memory-limits.js';
import { readModelConfig } from '../../models/model-config.js';
import type { Model } from '../../models/model.js';
import type { Rung } from '../protocol.js';

export interface GuardedLoad {
  model: Model;
  rung: Rung;
  /** The model's `config.json`. */
  config: unknown;
  /** The weights file of the rung, with its external data. */
  weightsBytes: number;
  has: DeviceMemory;
}

/**
 * Compares what a load needs with what this browser has, before the weights are downloaded.
 *
 * @returns the numbers, for the details of a later error.
 * @throws UnmockedError `out-of-memory` if the load cannot succeed. What is short by a rough number
 *   alone is no reason to refuse: browsers name less memory than there is.
 */
export function guardMemory({ model, rung, config, weightsBytes, has }: GuardedLoad) {
  const { device, dtype } = rung;
  const facts = readModelConfig(config);
  const { contextWindow = model.contextWindow, cache, vocabulary, width } = facts;
  const needs = estimateMemory({
    device,
    dtype,
    weightsBytes,
    ...(cache ? { cache } : {}),
    ...(contextWindow ? { contextWindow } : {}),
    ...(facts.kvValueBytes?.[dtype] ? { kvValueBytes: facts.kvValueBytes[dtype] } : {}),
  });
  const largest = vocabulary && width ? embeddingBytes(vocabulary, width, dtype) : undefined;
  const shortages = findShortages(needs, has, largest);
  const certain = shortages.find((one) => one.certain);
  if (!certain) return { needs, has, shortages };
  const kvCache =
    needs.kvCache === undefined
      ? ''
      : `, and its KV cache ${megabytes(needs.kvCache)} at ${contextWindow} tokens`;
  throw new UnmockedError(
    'out-of-memory',
    `"${model.id}" on ${device} ${dtype} does not fit: its weights (${rung.file}) need ` +
      `${megabytes(needs.weights)}${kvCache}; ${PLACES[certain.of]} has ${megabytes(certain.has)}. ` +
      `Nothing of them was downloaded. ${smaller(model, weightsBytes)}`,
    { details: { model: model.id, needs, has, shortages } },
  );
}

const PLACES = {
  'wasm-heap': 'a WebAssembly heap',
  machine: 'this machine',
  'gpu-buffer': 'a buffer of this GPU',
  storage: 'this site’s storage',
} as const;

/** What the model has that is smaller. */
function smaller({ variants, files }: Model, than: number): string {
  const all = variants
    .map(({ device, dtype, file }) => ({ device, dtype, bytes: files[file]?.bytes ?? Infinity }))
    .filter(({ bytes }) => bytes < than)
    .toSorted((a, b) => a.bytes - b.bytes)
    .map(({ device, dtype, bytes }) => `${device} ${dtype} (${megabytes(bytes)})`);
  return all.length > 0
    ? `Smaller: ${all.join(', ')}.`
    : 'It has nothing smaller: choose a smaller model.';
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

/** What this browser says that it has. */
export async function readDeviceMemory(): Promise<DeviceMemory> {
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  const { quota, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return {
    ...(deviceMemory === undefined ? {} : { machine: deviceMemory * 2 ** 30 }),
    ...(quota === undefined ? {} : { storage: quota - usage }),
  };
}
