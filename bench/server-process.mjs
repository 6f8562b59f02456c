// What is measured, in a process of its own: it must not share a thread with the client that reads it. `serve` is the server; `direct` the
// same model called in Node's main thread.
import { ROOT } from '../scripts/lib/install.mjs';
import { loadServer, startOpenAiServer } from '../scripts/lib/openai-server.mjs';

const [, , mode, model] = process.argv;

async function direct() {
  const { loadServedModel } = await loadServer('model.ts');
  const { prompt, generator } = await loadServedModel({ model, root: ROOT });
  process.on('message', async ({ messages, maxTokens }) => {
    const { text } = await prompt(messages);
    const request = {
      prompt: text,
      maxTokens: maxTokens,
      temperature: 0,
      topP: 1,
      topK: 0,
      repetitionPenalty: 1,
      seed: 0,
      stop: ['\nUser:'],
      client: 'bench',
    };
    const startedAt = performance.now();
    const { outputTokenIds } = await generator.generate(
      request,
      () => undefined,
      new AbortController().signal,
    );
    process.send({ rate: (1000 * outputTokenIds.length) / (performance.now() - startedAt) });
  });
}

process.on('disconnect', () => process.exit(0));
if (mode === 'direct') await direct();
const url = mode === 'serve' ? (await startOpenAiServer({ models: [model] })).url : undefined;
process.send({ url });
