import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Where playwright-core lies: beside this code, or in the project in whose folder the command runs.
 * `npx` may keep this code somewhere else.
 */
function resolvePlaywright() {
  const places = [import.meta.url, path.join(process.cwd(), 'package.json')];
  for (const place of places) {
    const require = createRequire(place);
    for (const name of ['playwright-core', 'playwright']) {
      try {
        return { require, name, file: require.resolve(name) };
      } catch {
        // The next place may have it.
      }
    }
  }
  return undefined;
}

/** Playwright, or `undefined` if it is not installed. */
export async function importPlaywright() {
  const found = resolvePlaywright();
  if (!found) return undefined;
  const module = await import(/* @vite-ignore */ pathToFileURL(found.file).href);
  return /** @type {typeof import('playwright-core')} */ (module.default ?? module);
}

/** The same, at once. */
export function requirePlaywright() {
  const found = resolvePlaywright();
  return found && /** @type {typeof import('playwright-core')} */ (found.require(found.name));
}
