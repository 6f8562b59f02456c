import { EnginePool } from '../../src/engine/engine-pool.js';
import { ledger } from '../../src/engine/ledger.js';
import { serveInPage, type ServeInPageOptions } from '../../src/openai/index.js';
import { conversations } from '../conversations.mjs';
import { tinyQ8 } from '../helpers.js';

/** The bundled model on WASM, with an engine of its own. */
export async function aServer(options: ServeInPageOptions = {}) {
  const served = await serveInPage({ model: tinyQ8(), pool: new EnginePool(), ...options });
  return {
    ...served,
    /** Clients want a key, and refuse to send one from a page unless they are told to. */
    client: {
      fetch: served.fetch,
      baseURL: served.baseURL,
      apiKey: 'none',
      dangerouslyAllowBrowser: true,
      maxRetries: 0,
    },
  };
}

export const MODEL = 'unmocked-tiny';
/** Its reply has more than 50 tokens. */
export const [STORY] = conversations.story.turns;
export const WEATHER = 'What is the weather in Quelmar?';

/** Tokens that this page computed during some work. */
export async function tokensDuring(work: () => Promise<unknown>): Promise<number> {
  const before = ledger.tokens;
  await work();
  return ledger.tokens - before;
}
