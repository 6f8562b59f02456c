import type { RunOptions } from '../harness/run-options.js';
import type { RunSettings } from '../settings/run-settings.js';

/**
 * The server of an element's run: the one that is configured, or else the one that serves this
 * page, which says so in `<meta name="unmocked-api" content="/v1">`, or else this page itself.
 */
export function runServer(configured: RunSettings['server']): NonNullable<RunOptions['server']> {
  if (configured) return configured;
  const path = document.querySelector<HTMLMetaElement>('meta[name="unmocked-api"]')?.content;
  return path ? { apiUrl: new URL(path, location.href).href } : 'in-page';
}
