import type { GenerateRequest } from '../protocol.js';
import type { Generator } from './generator.js';

const REQUEST: GenerateRequest = {
  prompt: 'Hello',
  maxTokens: 1,
  temperature: 0,
  topP: 1,
  topK: 0,
  repetitionPenalty: 1,
  seed: 0,
  stop: [],
  client: 'warm-up',
};

/** Computes one token. The first inference is slow, and a broken model already fails here. */
export async function warmUp(generator: Generator, signal: AbortSignal): Promise<void> {
  await generator.generate(REQUEST, () => undefined, signal);
}
