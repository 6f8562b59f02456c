/** Any model has to say something to some of these. What it says does not matter. */
export const QUESTIONS = [
  'Tell me a story about a dragon.',
  'Count from one to twenty.',
  'What can you do?',
  'Tell me about the sun, the sea and the stars.',
  'Write a poem.',
  'Who are you, and where do you come from?',
];

/** The question of a first token. */
export const FIRST = 'Hello, how are you?';

/** A rate over fewer tokens says little. */
export const LEAST_TOKENS = 8;

/**
 * The questions with the longest answers, the longest first.
 *
 * @param {(question: string) => Promise<import('./side.js').Asked>} ask
 * @throws {Error} if no answer is long enough to measure a rate.
 */
export async function longestAnswers(ask) {
  /** @type {{ question: string, tokens: number }[]} */
  const answers = [];
  for (const question of QUESTIONS)
    answers.push({ question, tokens: (await ask(question)).tokens.length });
  answers.sort((a, b) => b.tokens - a.tokens);
  const [longest, ...others] = answers;
  if (!longest || longest.tokens < LEAST_TOKENS)
    throw new Error(
      `The model's longest answer has ${longest?.tokens} tokens, but a rate needs ` +
        `${LEAST_TOKENS}: add questions to bench/table/questions.mjs`,
    );
  return /** @type {const} */ ([longest, ...others]);
}
