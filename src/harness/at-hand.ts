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
async function firstRung(model: Model, device: PageDevice): Promise<Rung | undefined> {
  const hasAdapter = device !== 'wasm' && (await navigator.gpu?.requestAdapter());
  return rungsOf(model, device).find((rung) => rung.device === 'wasm' || hasAdapter);
}

function filesOf(model: Model, rung: Rung): string[] {
  const paths = Object.keys(model.files).filter((path) => !path.endsWith('.onnx'));
  return [
    ...[...paths, rung.file].map((path) => `models/${model.id}/${path}`),
    ...Object.values(ortFilesOf(rung.ort)).map((name) => `ort/${name}`),
  ].map((path) => assets.url(path));
}
