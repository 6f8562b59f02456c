import { assets } from '../engine/assets.js';
import { compiledRuntime } from '../engine/compiled-runtime.js';
import type { PageDevice } from '../engine/ladder.js';
import { lookInHttpCache } from '../engine/look-in-http-cache.js';
import { ortBytes, ortFilesOf } from '../engine/ort-files.js';
import type { Rung } from '../engine/protocol.js';
import { isStored } from '../engine/stored-files.js';
import type { Model } from '../models/model.js';
import { bundledUrl, firstRung, modelPaths } from './at-hand.js';
import { engineKey, isKept } from './kept-engine.js';

/** What the next load downloads. */
export interface NextDownload {
  device: Rung['device'];
  dtype: Rung['dtype'];
  /** Bytes that are not here yet; 0 if everything is. Undefined if nobody knows before it begins. */
  bytes: number | undefined;
}

/** A file of the load: its length, if it is known, and where to look for it. */
interface NeededFile {
  bytes?: number;
  /** In the browser's HTTP cache, perhaps. */
  url?: string;
  /** In the model store, perhaps. */
  sha256?: string;
}

/**
 * What a load of the model would download, on the device that it tries first. Weights that the model
 * store keeps are not counted. Undefined if the model has no file for the device.
 *
 * @param look leaves out what the browser's HTTP cache has. It takes a worker, so look only if
 *   something may be there.
 */
export async function nextDownload(
  model: Model,
  device: PageDevice,
  look: boolean,
): Promise<NextDownload | undefined> {
  const rung = await firstRung(model, device);
  if (!rung) return undefined;
  const facts = { device: rung.device, dtype: rung.dtype };
  if (isKept(engineKey(model, device))) return { ...facts, bytes: 0 };
  const files = neededFiles(model, rung);
  const urls = look ? files.flatMap(({ url }) => url ?? []) : [];
  const found = urls.length > 0 ? await lookInHttpCache(urls) : [];
  const cached = new Set(urls.filter((_, index) => found[index]));
  let sum = 0;
  for (const { bytes, url, sha256 } of files) {
    if (url && (cached.has(url) || compiledRuntime(url))) continue;
    if (sha256 && (await isStored(sha256))) continue;
    if (bytes === undefined) return { ...facts, bytes: undefined };
    sum += bytes;
  }
  return { ...facts, bytes: sum };
}

function neededFiles(model: Model, rung: Rung): NeededFile[] {
  const runtime = {
    bytes: ortBytes[rung.ort],
    url: assets.url(`ort/${ortFilesOf(rung.ort).wasm}`),
  };
  const bundled = model.source.kind === 'bundled';
  // The user gave this browser the files.
  if (model.source.kind === 'kept') return [runtime];
  const own = modelPaths(model, rung).map((path): NeededFile => {
    const { bytes, sha256 } = model.files[path] ?? {};
    return bundled ? { bytes, url: bundledUrl(model, path) } : { bytes, sha256 };
  });
  return [runtime, ...own];
}
