import { importTypeScript } from '../../scripts/lib/typescript.mjs';
import { FIRST, longestAnswers } from './questions.mjs';
import { assertSamePrompt, assertSameTokens } from './same-tokens.mjs';

/** Turns of the conversation before the measured one. */
const TURNS = 5;
/** A sample of a rate is over so many tokens. */
const RATE_TOKENS = 128;
const AGENTS = 4;

/**
 * What the rounds ask, and which file all sides load.
 *
 * @typedef {Awaited<ReturnType<typeof makePlan>>} Plan
 */

/** @param {string} content @returns {import('./side.js').Spoken} */
const user = (content) => ({ role: 'user', content });

/**
 * Asks both sides the same, before anything is measured. This also fills the disk's caches.
 *
 * @param {import('./pages.mjs').SidePages} pages
 * @param {number} replyTokens The longest reply.
 * @throws {Error} if the prompts or the greedy tokens differ.
 */
export async function makePlan(pages, replyTokens) {
  const ours = await pages.ours();
  try {
    await ours.visit();
    const { weightsName } = /** @type {typeof import('../../src/models/weights-file.js')} */ (
      await importTypeScript('src/models/weights-file.ts')
    );
    const facts = await ours.call('facts');
    const weights = { dtype: facts.dtype, name: weightsName(facts.file, facts.dtype) };
    const answers = await longestAnswers((question) =>
      ours.call('ask', [user(question)], replyTokens),
    );
    const { question, tokens } = answers[0];
    const conversation = [...Array.from({ length: TURNS }, () => question), FIRST];
    const turnTokens = Math.ceil(replyTokens / 2);
    const raw = await pages.raw(weights);
    try {
      await raw.visit();
      assertSameTokens(
        await ours.call('ask', [user(question)], replyTokens),
        await raw.call('ask', [user(question)], replyTokens),
      );
      // The prompt of the last turn has all the others in it. With a KV cache, q8 can give other
      // tokens: it rounds the activations of each forward pass by their own range. So ours reads
      // the conversation for the first time here, too.
      const spoken = await ours.call('converse', conversation, turnTokens);
      const history = spoken[TURNS - 1]?.messages ?? [];
      const lastTurn = [...history, user(FIRST)];
      const reread = await raw.call('ask', lastTurn, turnTokens);
      assertSamePrompt(/** @type {import('./side.js').Asked} */ (spoken[TURNS]), reread);
      assertSameTokens(await ours.call('ask', lastTurn, turnTokens), reread);
      return {
        browser: ours.version,
        facts,
        weights,
        question: [user(question)],
        /** How often it is asked for one rate. */
        times: Math.ceil(RATE_TOKENS / tokens),
        replyTokens,
        turnTokens,
        conversation,
        lastTurn,
        several: answers.slice(0, AGENTS).map((answer) => answer.question),
      };
    } finally {
      await raw.close();
    }
  } finally {
    await ours.close();
  }
}
