import { rungsOf } from '../engine/ladder.js';
import type { Model } from '../models/model.js';
import type { PageDevice } from './events.js';
import { formatBytes } from './format.js';

/** Bytes of ONNX Runtime's builds: see src/engine/ort-files.ts. */
const RUNTIME_BYTES = { plain: 14_300_000, asyncify: 26_900_000 };

/** What a model's first choice on a device weighs, small files included; undefined where the registry does not know. */
export function modelBytes(
  model: Model,
  device: 'webgpu' | 'wasm',
): { dtype: string; bytes: number | undefined } | undefined {
  const [rung] = rungsOf(model, device);
  if (!rung) return undefined;
  const weights = model.files[rung.file]?.bytes;
  const small = Object.entries(model.files).reduce(
    (sum, [path, file]) => (path.endsWith('.onnx') ? sum : sum + (file.bytes ?? 0)),
    0,
  );
  return { dtype: rung.dtype, bytes: weights === undefined ? undefined : weights + small };
}

/** What a run downloads, in a sentence; said before anything is. */
export function downloadSize(model: Model, device: PageDevice): string {
  const sizes = (['webgpu', 'wasm'] as const)
    .filter((name) => device === 'auto' || device === name)
    .flatMap((name) => {
      const size = modelBytes(model, name);
      return size
        ? [
            {
              ...size,
              where: name === 'wasm' ? 'WASM' : 'WebGPU',
              runtime: formatBytes(RUNTIME_BYTES[name === 'wasm' ? 'plain' : 'asyncify']),
            },
          ]
        : [];
    });
  if (sizes.length === 0) return `It has no file for ${device}.`;
  const list = (text: (size: (typeof sizes)[number]) => string) => sizes.map(text).join(' or ');
  if (sizes.some(({ bytes }) => bytes === undefined)) {
    return `How much it downloads is known only when it begins, and is shown then. ONNX Runtime adds ${list(({ where, runtime }) => `${runtime} for ${where}`)}, once.`;
  }
  // Only hub files whose digest is known are kept; the rest is the browser's own HTTP cache's affair.
  return `Downloads ${list(({ where, bytes, dtype, runtime }) => `${formatBytes(bytes!)} for ${where} (${dtype}, and ${runtime} of ONNX Runtime)`)}${model.source.kind === 'hub' ? ', once: the weights are kept in this browser' : ', from this site'}.`;
}
