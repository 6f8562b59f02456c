import type { Model } from '../models/model.js';
import type { PageDevice } from '../engine/ladder.js';

/** Whatever may hold an engine. */
export interface EngineHolder {
  /** False if nothing was loaded. */
  readonly holds: boolean;
  release(): Promise<void>;
}

/** What is loaded. Only the next run of the same one can use the engine. */
export const engineKey = ({ id, source }: Model, device: PageDevice): string =>
  JSON.stringify([id, source, device]);

let kept: { key: string; holder: EngineHolder; timer: ReturnType<typeof setTimeout> } | undefined;

/** Whether the next run needs no download. */
export const isKept = (key: string): boolean => kept?.key === key && kept.holder.holds;

/**
 * Keeps an engine loaded after a run, in place of the one that was kept before. Several elements of a
 * page then need one worker and one download, although they run one after the other.
 *
 * @param milliseconds until it is released, unless `releaseKeptEngine` comes first.
 */
export async function keepEngine(
  key: string,
  holder: EngineHolder,
  milliseconds: number,
): Promise<void> {
  const before = kept;
  clearTimeout(before?.timer);
  const timer = setTimeout(() => void releaseKeptEngine(), milliseconds);
  // A skipped scenario loads nothing, and the engine from before may still be of use.
  if (before && !holder.holds) kept = { ...before, timer };
  else kept = { key, holder, timer };
  if (before?.holder !== kept.holder) await before?.holder.release();
}

/** Before a run: keeps its engine as long as the run takes, and releases any other one. */
export async function prepareKeptEngine(key: string): Promise<void> {
  if (kept?.key === key) clearTimeout(kept.timer);
  else await releaseKeptEngine();
}

/** Settles when the kept engine is gone, if nobody else holds it. */
export async function releaseKeptEngine(): Promise<void> {
  const before = kept;
  kept = undefined;
  clearTimeout(before?.timer);
  await before?.holder.release();
}
