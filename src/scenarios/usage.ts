import type { Message } from '../agents/agent.js';
import { read, turn, user } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
const LIMIT = 6;
const LONGER = 18;

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: LONGER, temperature: 0, signal: t.signal };
  const { metadata: whole } = await agent.invoke(MESSAGE, options);
  const { usage } = whole;
  t.check('somebody counts', usage.countedBy !== 'nobody', { actual: usage.countedBy });
  t.check('both counts are positive', usage.promptTokens > 0 && usage.completionTokens > 0, {
    actual: usage,
  });
  t.check(
    'no more of the prompt was computed than it has',
    usage.prefilledTokens >= 0 && usage.prefilledTokens <= usage.promptTokens,
    { actual: usage },
  );

  const name = t.fillers.name();
  const history: Message[] = [
    user(`My name is ${name}.`),
    { role: 'assistant', content: `Nice to meet you, ${name}.` },
    user(MESSAGE),
  ];
  const long = (await agent.invoke(history, options)).metadata.usage;
  t.check('a longer conversation counts more', long.promptTokens > usage.promptTokens, {
    actual: long.promptTokens,
    expected: `more than ${usage.promptTokens}`,
  });

  const respects = 'the reply counts no more tokens than its limit';
  const exactly = 'a reply that its limit cuts counts that many tokens';
  if (t.can(agent, 'limits', respects, exactly)) {
    const { usage: cut, finishReason } = (
      await agent.invoke(MESSAGE, { ...options, maxTokens: LIMIT })
    ).metadata;
    const counts = [usage.completionTokens, cut.completionTokens];
    t.check(respects, counts[0]! <= LONGER && counts[1]! <= LIMIT, {
      actual: counts,
      expected: `at most ${LONGER} and ${LIMIT}`,
    });
    t.equal(exactly, [finishReason, cut.completionTokens], ['length', LIMIT]);
  }

  const agrees = 'a stream counts the same';
  if (t.can(agent, ['streaming', 'temperature'], agrees)) {
    const streamed = (await read(agent, MESSAGE, options)).response.metadata.usage;
    t.equal(
      agrees,
      [streamed.promptTokens, streamed.completionTokens],
      [usage.promptTokens, usage.completionTokens],
    );
  }

  const ids = 'the counts are those of the token ids';
  if (t.can(agent, 'tokens', ids))
    t.equal(
      ids,
      [usage.promptTokens, usage.completionTokens],
      [whole.promptTokenIds.length, whole.outputTokenIds.length],
    );

  const reused = 'what the KV cache holds is not computed again';
  if (t.can(agent, 'kv-cache', reused)) {
    await agent.invoke(turn('usage', `My name is ${name}.`), options);
    const next = (await agent.invoke(turn('usage', MESSAGE), options)).metadata.usage;
    t.check(reused, next.prefilledTokens > 0 && next.prefilledTokens < next.promptTokens, {
      actual: next,
    });
  }
}
