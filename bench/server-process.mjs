// The measured server, in a process of its own: it must not share a thread with the client that reads it.
import { startOpenAiServer } from '../scripts/lib/openai-server.mjs';

const MESSAGES = [{ role: 'user', content: 'Tell me a story about a fox.' }];
const { url, models } = await startOpenAiServer({ models: [process.argv[2]] });
const [{ generator, render }] = models;

process.on('message', async ({ direct, maxTokens }) => {
  if (!direct) return;
  const request = { prompt: render(MESSAGES), maxNewTokens: maxTokens, temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1, seed: 0, stop: ['\nUser:'], client: 'bench' };
  const startedAt = performance.now();
  const { outputTokenIds } = await generator.generate(request, () => undefined, new AbortController().signal);
  process.send({ rate: (1000 * outputTokenIds.length) / (performance.now() - startedAt) });
});
process.on('disconnect', () => process.exit(0));
process.send({ url });
