import { importTypeScript } from '../../scripts/lib/typescript.mjs';
import { FIRST, longestAnswers } from './questions.mjs';
import { assertSameTokens } from './same-tokens.mjs';

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
    const answers = await longestAnswers((question) => ours.call('ask', question, replyTokens));
    const { question, tokens } = answers[0];
    const conversation = [...Array.from({ length: TURNS }, () => question), FIRST];
    const turnTokens = Math.ceil(replyTokens / 2);
    const raw = await pages.raw(weights);
    try {
      await raw.visit();
      assertSameTokens(
        [await ours.call('ask', question, replyTokens)],
        [await raw.call('ask', question, replyTokens)],
      );
      const spoken = await raw.call('converse', conversation, turnTokens);
      assertSameTokens(await ours.call('converse', conversation, turnTokens), spoken);
      return {
        browser: ours.version,
        facts,
        weights,
        question,
        /** How often it is asked for one rate. */
        times: Math.ceil(RATE_TOKENS / tokens),
        replyTokens,
        turnTokens,
        conversation,
        /** The conversation before its last turn. */
        history: spoken[TURNS - 1]?.messages ?? [],
        several: answers.slice(0, AGENTS).map((answer) => answer.question),
      };
    } finally {
      await raw.close();
    }
  } finally {
    await ours.close();
  }
}
