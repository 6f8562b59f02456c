import { read, ROOMY, turn } from './ask.js';
import type { ScenarioContext } from './scenario.js';

/** What every chat model can repeat. */
const REPEATED = ['🙂 river', 'café naïve', 'ñandú über'];
/** Combining marks, right to left, CJK, joined and modified emoji, flags. Not every model knows them. */
const HARD = ['e\u0301a\u0308 o\u0302', 'שלום عالم', '日本語 你好 한국', '👩‍🚀 👋🏽 🇳🇴'];
/** A character that was cut into bytes, or a pair of code units that was cut in two. */
const BROKEN = /\uFFFD|\p{Surrogate}/u;

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };

  for (const text of REPEATED) {
    const question = `Repeat after me: ${text}`;
    const { pieces, response } = await read(agent, question, options);
    const repeated = `"${text}" is repeated`;
    if (t.can(agent, 'chat', repeated))
      t.check(repeated, response.response.normalize().includes(text), {
        actual: response.response,
        expected: text,
      });
    t.equal(
      `no piece of the reply to "${text}" has a broken character`,
      pieces.filter((piece) => BROKEN.test(piece)),
      [],
    );
    t.equal(
      `the pieces of the reply to "${text}" are the reply`,
      pieces.join(''),
      response.metadata.text,
    );
  }

  for (const [index, text] of HARD.entries()) {
    const sessionId = `unicode-${index}`;
    const short = { ...options, maxTokens: 12 };
    const { pieces, response } = await read(
      agent,
      turn(sessionId, `Repeat after me: ${text}`),
      short,
    );
    // A model can write half a character itself. Streaming must not add another.
    const own = BROKEN.test(response.metadata.text);
    t.check(
      `no piece of the reply to "${text}" has a broken character of the stream's making`,
      pieces.join('') === response.metadata.text &&
        (own || !pieces.some((piece) => BROKEN.test(piece))),
      { actual: pieces, expected: response.metadata.text },
    );
    const arrives = `"${text}" reaches the prompt unchanged`;
    if (t.can(agent, 'prompt', arrives))
      t.check(arrives, response.metadata.prompt.includes(text), {
        actual: response.metadata.prompt,
      });
    const remembered = `"${text}" is unchanged in the next turn's prompt`;
    if (t.can(agent, 'prompt', remembered)) {
      const next = await agent.invoke(turn(sessionId, 'Hello, this is a test.'), {
        ...short,
        maxTokens: 1,
      });
      t.check(remembered, next.metadata.prompt.includes(text), { actual: next.metadata.prompt });
    }
    const survives = `"${text}" survives the tokenizer`;
    if (t.can(agent, 'tokenizer', survives)) {
      const tokenIds = await agent.encode!(text);
      const parts = await agent.streamTokens!(tokenIds);
      t.equal(survives, [await agent.decode!(tokenIds), parts.join('')], [text, text]);
    }
  }
}
