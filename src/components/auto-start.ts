/**
 * Calls back once: as soon as the page has loaded (`load`), or when at least half of the element is
 * in view (`visible`).
 */
export function whenTimeComes(
  time: 'visible' | 'load',
  element: Element,
  signal: AbortSignal,
  start: () => void,
): void {
  const startOnce = () => {
    if (!signal.aborted) start();
  };
  if (time === 'load') {
    // The page comes first.
    if (document.readyState === 'complete') startOnce();
    else addEventListener('load', startOnce, { once: true, signal });
    return;
  }
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      startOnce();
    },
    { threshold: 0.5 },
  );
  observer.observe(element);
  signal.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** The user asked for less traffic. */
export const savesData = (): boolean =>
  (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
