import { assets } from '../engine/assets.js';
import { isInHttpCache } from '../engine/http-cache.js';
import { type PageDevice, rungsOf } from '../engine/ladder.js';
import { ortFilesOf } from '../engine/ort-files.js';
import type { Rung } from '../engine/protocol.js';
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

/** What a load tries first, unless it finds out more about the GPU than that there is one. */
export async function firstRung(model: Model, device: PageDevice): Promise<Rung | undefined> {
  const hasAdapter = device !== 'wasm' && (await navigator.gpu?.requestAdapter());
  return rungsOf(model, device).find((rung) => rung.device === 'wasm' || hasAdapter);
}

/** The small files of a model, and the weights of a rung. */
export const modelPaths = (model: Model, rung: Rung): string[] => [
  ...Object.keys(model.files).filter((path) => !path.endsWith('.onnx')),
  rung.file,
];

export const bundledUrl = ({ id }: Model, path: string): string =>
  assets.url(`models/${id}/${path}`);

export const filesOf = (model: Model, rung: Rung): string[] => [
  ...modelPaths(model, rung).map((path) => bundledUrl(model, path)),
  ...Object.values(ortFilesOf(rung.ort)).map((name) => assets.url(`ort/${name}`)),
];
