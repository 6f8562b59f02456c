import { formatBytes } from '../format.js';
import type { Model } from '../models/model.js';
import { type PageDevice, rungsOf } from './ladder.js';
import { ortBytes } from './ort-files.js';

const RUNTIME_BYTES = { webgpu: ortBytes.asyncify, wasm: ortBytes.plain };
const DEVICE_TITLES = { webgpu: 'WebGPU', wasm: 'WASM' };

/** What one device downloads first. */
export interface DownloadSize {
  device: 'webgpu' | 'wasm';
  dtype: string;
  /** Weights and small files; undefined if the registry does not know. */
  bytes: number | undefined;
}

/** The first choice for each device that may be used. A device without a file is left out. */
export function downloadSizes(model: Model, device: PageDevice): DownloadSize[] {
  return (['webgpu', 'wasm'] as const)
    .filter((name) => device === 'auto' || device === name)
    .flatMap((name) => {
      const [rung] = rungsOf(model, name);
      return rung ? [{ device: name, dtype: rung.dtype, bytes: bytesWith(model, rung.file) }] : [];
    });
}

/** What a run downloads, in a sentence for people. Say it before the download begins. */
export function describeDownload(model: Model, device: PageDevice): string {
  const sizes = downloadSizes(model, device);
  if (sizes.length === 0) return `It has no file for ${device}.`;
  const list = (describe: (size: DownloadSize, title: string, runtime: string) => string) =>
    sizes
      .map((size) =>
        describe(size, DEVICE_TITLES[size.device], formatBytes(RUNTIME_BYTES[size.device])),
      )
      .join(' or ');
  if (sizes.some(({ bytes }) => bytes === undefined))
    return (
      'The size of the download is known only when it begins, and is shown then. ' +
      `ONNX Runtime adds ${list((_, title, runtime) => `${runtime} for ${title}`)}, once.`
    );
  const downloads = list(
    ({ bytes, dtype }, title, runtime) =>
      `${formatBytes(bytes!)} for ${title} (${dtype}, and ${runtime} of ONNX Runtime)`,
  );
  // Only hub files with a known digest are kept. The browser's HTTP cache decides about the others.
  const once =
    model.source.kind === 'hub'
      ? ', once: the weights are kept in this browser'
      : ', from this site';
  return `Downloads ${downloads}${once}.`;
}

/** `16 or 31 MB`: what `describeDownload` says, added up. Empty if it is not known. */
export function shortDownload(model: Model, device: PageDevice): string {
  const sums = downloadSizes(model, device).map(({ bytes, device: name }) =>
    bytes === undefined ? '' : String(Math.round((bytes + RUNTIME_BYTES[name]) / 1e6)),
  );
  return sums.length === 0 || sums.includes('') ? '' : `${sums.join(' or ')} MB`;
}

function bytesWith(model: Model, weightsFile: string): number | undefined {
  const weights = model.files[weightsFile]?.bytes;
  if (weights === undefined) return undefined;
  const small = Object.entries(model.files).filter(([path]) => !path.endsWith('.onnx'));
  return small.reduce((sum, [, { bytes = 0 }]) => sum + bytes, weights);
}
