import { isAtHand } from '../harness/at-hand.js';
import { resolveModel } from '../models/registry.js';
import type { BoxHost } from './scenario-box.js';

/**
 * Starts an element by itself, once: as soon as the page has loaded (`load`), or when at least half
 * of the element is in view (`visible`). It waits for a click where something has to be downloaded
 * first, and where somebody else's agent would run.
 */
export async function startByItself(
  time: 'visible' | 'load',
  host: BoxHost,
  signal: AbortSignal,
  start: () => void,
): Promise<void> {
  await (time === 'load' ? pageLoaded() : inView(host, signal));
  if (signal.aborted || host.agent) return;
  let atHand = false;
  try {
    atHand = await isAtHand(resolveModel(host.model), host.device);
  } catch {
    // The element shows what is wrong with its model.
  }
  if (atHand && !signal.aborted) start();
}

/** The page comes first. */
async function pageLoaded(): Promise<void> {
  if (document.readyState !== 'complete')
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }));
}

const inView = (element: Element, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) end();
      },
      { threshold: 0.5 },
    );
    const end = () => {
      observer.disconnect();
      resolve();
    };
    observer.observe(element);
    signal.addEventListener('abort', end, { once: true });
  });
