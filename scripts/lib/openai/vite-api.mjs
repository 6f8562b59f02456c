import { ROOT } from '../install.mjs';
import { loadServer, loadTables } from '../typescript.mjs';
import { createModelWorker } from './server.mjs';

const OURS = /^\/(v1|faults|fault:[^/]*|health)(\/|\?|$)/;

/**
 * Serves OpenAI's API at /v1 of Vite's own origin, with faults on request, on the bundled model in a
 * worker thread. The model loads with the first request, so that the page opens at once. A meta tag
 * tells the page about it, unless OPENAI_API_URL names another server.
 *
 * @returns {import('vite').Plugin}
 */
export function openAiApi() {
  let hasOtherServer = false;
  return {
    name: 'unmocked:openai-api',
    configResolved({ env }) {
      hasOtherServer = Boolean(env.OPENAI_API_URL);
    },
    configureServer({ middlewares, httpServer }) {
      const closing = new AbortController();
      httpServer?.once('close', () => closing.abort());
      /** @type {Promise<import('node:http').RequestListener> | undefined} */
      let listener;
      middlewares.use((request, response, next) => {
        if (!OURS.test(request.url ?? '')) return next();
        listener ??= startApi(closing.signal).catch((error) => {
          listener = undefined; // the next request tries again
          throw error;
        });
        listener.then((listen) => listen(request, response), next);
      });
    },
    transformIndexHtml: () =>
      hasOtherServer
        ? []
        : [{ tag: 'meta', attrs: { name: 'unmocked-api', content: '/v1' }, injectTo: 'head' }],
  };
}

/** @param {AbortSignal} closing Ends the worker. */
async function startApi(closing) {
  const { createHandler, ModelHost, toListener } = await loadServer();
  const { defaultModel } = await loadTables();
  const host = new ModelHost(createModelWorker);
  const close = () => void host.close();
  closing.addEventListener('abort', close);
  try {
    const models = [await host.load({ model: defaultModel, root: ROOT })];
    return toListener(createHandler({ models, faults: true, closing }));
  } catch (error) {
    closing.removeEventListener('abort', close);
    close();
    throw error;
  }
}
