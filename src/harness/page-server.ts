import type { PageDevice } from '../engine/ladder.js';
import { fetched } from '../fetched.js';
import type { Model } from '../models/model.js';
import type { Server } from '../scenarios/server.js';

export interface PageServer {
  server: Server;
  stop(): void;
}

/**
 * Serves a run's model in this page. It lives for one scenario, so that it keeps no engine loaded
 * where the next scenario has to start cold.
 */
export async function startPageServer(
  model: Model,
  device: PageDevice,
  signal: AbortSignal | undefined,
): Promise<PageServer> {
  const { serveInPage } = await fetched(import('../openai/serve-in-page.js'));
  const { baseURL, models, dispose } = await serveInPage({ model, device, signal });
  return { server: { apiUrl: baseURL, model: model.id, models }, stop: dispose };
}
