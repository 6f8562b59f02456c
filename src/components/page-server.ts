import type { RunOptions } from '../harness/run-options.js';

/**
 * The server of a run if the user set none: the one that serves this page, if it says in a
 * `<meta name="unmocked-api">` that it has an API, or else one in this page.
 */
export function defaultServer(): RunOptions['server'] {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="unmocked-api"]');
  return meta ? { apiUrl: new URL(meta.content, location.origin).href } : 'in-page';
}
