import { ROOT } from '../install.mjs';
import { loadServer, loadTables } from '../typescript.mjs';
import { createModelWorker } from './server.mjs';

const OURS = /^\/(v1|faults|fault:[^/]*|health)(\/|\?|$)/;

/**
 * Serves OpenAI's API at /v1 of Vite's own origin, with faults on request, on the bundled model in a
 * worker thread. The model loads with the first request, so that the page opens at once. A meta tag
 * tells the page about it.
 *
 * @returns {import('vite').Plugin}
 */
export function openAiApi() {
  /** @type {Promise<import('node:http').RequestListener> | undefined} */
  let listener;
  return {
    name: 'unmocked:openai-api',
    configureServer({ middlewares, httpServer }) {
      const closing = new AbortController();
      const start = async () => {
        const { createHandler, ModelHost, toListener } = await loadServer();
        const { defaultModel } = await loadTables();
        const host = new ModelHost(createModelWorker);
        const models = [await host.load({ model: defaultModel, root: ROOT })];
        closing.signal.addEventListener('abort', () => void host.close());
        return toListener(createHandler({ models, faults: true, closing: closing.signal }));
      };
      httpServer?.once('close', () => closing.abort());
      middlewares.use((request, response, next) => {
        if (!OURS.test(request.url ?? '')) return next();
        listener ??= start().catch((error) => {
          listener = undefined; // the next request tries again
          throw error;
        });
        listener.then((listen) => listen(request, response), next);
      });
    },
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { name: 'unmocked-api', content: '/v1' }, injectTo: 'head' },
    ],
  };
}
