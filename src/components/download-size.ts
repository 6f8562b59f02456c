import { rungsOf } from '../engine/ladder.js';
import type { Model } from '../models/model.js';
import type { PageDevice } from './events.js';
import { formatBytes } from './format.js';

/** Bytes of ONNX Runtime's builds: see scripts/lib/ort-files.mjs. */
const RUNTIME_BYTES = { plain: 14_300_000, asyncify: 26_900_000 };

/** What a model's first choice on a device weighs, small files included; undefined where the registry does not know. */
export function modelBytes(model: Model, device: 'webgpu' | 'wasm'): { dtype: string; bytes: number | undefined } | undefined {
  const [rung] = rungsOf(model, device);
  if (!rung) return undefined;
  const weights = model.files[rung.file]?.bytes;
  const small = Object.entries(model.files).reduce((sum, [path, file]) => (path.endsWith('.onnx') ? sum : sum + (file.bytes ?? 0)), 0);
  return { dtype: rung.dtype, bytes: weights === undefined ? undefined : weights + small };
}

/** What a run downloads, in a sentence; said before anything is. */
export function downloadSize(model: Model, device: PageDevice): string {
  const parts = (['webgpu', 'wasm'] as const)
    .filter((name) => device === 'auto' || device === name)
    .flatMap((name) => {
      const size = modelBytes(model, name);
      if (!size) return [];
      const bytes = size.bytes === undefined ? 'a size that its host does not say beforehand' : formatBytes(size.bytes);
      return [`${bytes} on ${name === 'wasm' ? 'WASM' : 'WebGPU'} (${size.dtype}, and ${formatBytes(RUNTIME_BYTES[name === 'wasm' ? 'plain' : 'asyncify'])} of ONNX Runtime)`];
    });
  if (parts.length === 0) return `It has no file for ${device}.`;
  return `Downloads ${parts.join(' or ')}, once; a model that was kept in this browser is not fetched again.`;
}
