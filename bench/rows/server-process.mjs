// The measured side. It has a process of its own, so that it shares no thread with the client. Mode
// `serve` is the server. Mode `direct` is the same model in Node's main thread.
import { ROOT } from '../../scripts/lib/install.mjs';
import { startOpenAiServer } from '../../scripts/lib/openai/server.mjs';
import { loadServerModel } from '../../scripts/lib/typescript.mjs';

/**
 * What this process sends to its parent, and gets from it.
 *
 * @typedef {{ url: string | undefined }} Started
 * @typedef {{ messages: import('../../src/agents/agent.js').Message[], maxTokens: number }} Order
 * @typedef {{ rate: number }} Answer
 */

const [, , mode, model = ''] = process.argv;

/** @param {Started | Answer} message */
const send = (message) => process.send?.(message);

async function direct() {
  const { loadServedModel } = await loadServerModel();
  const { prompt, generator, formatStop } = await loadServedModel({ model, root: ROOT });
  process.on('message', async (order) => {
    const { messages, maxTokens } = /** @type {Order} */ (order);
    const { text } = await prompt({ messages, tools: [] });
    const request = {
      prompt: text,
      maxTokens,
      temperature: 0,
      topP: 1,
      topK: 0,
      repetitionPenalty: 1,
      seed: 0,
      stop: [...formatStop],
      client: 'bench',
    };
    const startedAt = performance.now();
    const { outputTokenIds } = await generator.generate(
      request,
      () => undefined,
      new AbortController().signal,
    );
    send({ rate: (1000 * outputTokenIds.length) / (performance.now() - startedAt) });
  });
}

process.on('disconnect', () => process.exit(0));
if (mode === 'direct') await direct();
const url = mode === 'serve' ? (await startOpenAiServer({ models: [model] })).url : undefined;
send({ url });
