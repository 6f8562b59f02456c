import { assets } from '../engine/assets.js';
import { isInHttpCache } from '../engine/http-cache.js';
import { type PageDevice, rungsOf } from '../engine/ladder.js';
import { ortBytes, ortFilesOf } from '../engine/ort-files.js';
import type { Rung } from '../engine/protocol.js';
import { isStored } from '../engine/stored-files.js';
import type { Model } from '../models/model.js';
import { engineKey, isKept } from './kept-engine.js';

/**
 * Whether a run would download nothing: the model's engine is still loaded, or the browser's HTTP
 * cache has every file. Only a bundled model's files can be there for certain, and a browser tells a
 * page only about files of its own origin. If in doubt, the answer is no.
 */
export async function isAtHand(model: Model, device: PageDevice): Promise<boolean> {
  if (isKept(engineKey(model, device))) return true;
  const rung = model.source.kind === 'bundled' ? await firstRung(model, device) : undefined;
  if (!rung) return false;
  const cached = await Promise.all(filesOf(model, rung).map(isInHttpCache));
  return cached.every(Boolean);
}

/** What the next load downloads. */
export interface NextDownload {
  device: Rung['device'];
  dtype: Rung['dtype'];
  /** Bytes that are not here yet; 0 if everything is. Undefined if nobody knows before it begins. */
  bytes: number | undefined;
}

/**
 * What a load of the model would download, on the device that it tries first. Weights that the model
 * store keeps are not counted. Undefined if the model has no file for the device.
 *
 * @param look leaves out what the browser's HTTP cache has. A browser logs each file that is not
 *   there as an error, so look only if something may be there.
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
  const missing = await Promise.all([
    look ? runtimeBytes(rung) : ortBytes[rung.ort],
    ...modelPaths(model, rung).map((path) => missingBytes(model, path, look)),
  ]);
  const known = missing.filter((bytes) => bytes !== undefined);
  const all = known.length === missing.length && model.files[rung.file] !== undefined;
  return { ...facts, bytes: all ? known.reduce((sum, bytes) => sum + bytes, 0) : undefined };
}

const runtimeBytes = async (rung: Rung): Promise<number> =>
  (await isInHttpCache(assets.url(`ort/${ortFilesOf(rung.ort).wasm}`))) ? 0 : ortBytes[rung.ort];

async function missingBytes(
  model: Model,
  path: string,
  look: boolean,
): Promise<number | undefined> {
  const { bytes, sha256 } = model.files[path] ?? {};
  if (model.source.kind === 'bundled')
    return look && (await isInHttpCache(bundledUrl(model, path))) ? 0 : bytes;
  return sha256 && (await isStored(sha256)) ? 0 : bytes;
}

/** What a load tries first, unless it finds out more about the GPU than that there is one. */
async function firstRung(model: Model, device: PageDevice): Promise<Rung | undefined> {
  const hasAdapter = device !== 'wasm' && (await navigator.gpu?.requestAdapter());
  return rungsOf(model, device).find((rung) => rung.device === 'wasm' || hasAdapter);
}

const modelPaths = (model: Model, rung: Rung): string[] => [
  ...Object.keys(model.files).filter((path) => !path.endsWith('.onnx')),
  rung.file,
];

const bundledUrl = ({ id }: Model, path: string): string => assets.url(`models/${id}/${path}`);

const filesOf = (model: Model, rung: Rung): string[] => [
  ...modelPaths(model, rung).map((path) => bundledUrl(model, path)),
  ...Object.values(ortFilesOf(rung.ort)).map((name) => assets.url(`ort/${name}`)),
];
