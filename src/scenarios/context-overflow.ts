import type { Agent } from '../agents/agent.js';
import { hasCode } from '../errors.js';
import { ROOMY, turn } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const WORD = 'go ';
/** Words of the longest message. A context window that takes more is not tested. */
const MOST = 300_000;
/** Words to try, one after the other, if the agent does not say how much fits. */
const TRIED = [5000, 40_000, MOST];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const { contextWindow } = agent;
  if (contextWindow !== undefined && contextWindow > MOST)
    t.skip(
      `the context window of "${agent.model.id}" is too large to fill: ${contextWindow} tokens`,
    );
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const sessionId = 'context-overflow';
  const name = t.fillers.name();
  await agent.invoke(turn(sessionId, `My name is ${name}.`), options);

  // A word is one token or more.
  const lengths = contextWindow === undefined ? TRIED : [contextWindow + 1];
  const before = t.tokensComputed();
  const error = await t.rejects(
    'a message that does not fit is refused',
    () => overfill(t, agent, lengths),
    'context-overflow',
    (reason) => hasCode(reason, 'context-overflow'),
  );
  if (!t.foreign) t.equal('nothing was computed for it', t.tokensComputed() - before, 0);
  const message = error?.message ?? '';
  t.check('the error says what to do', /shorten|short|reduce|fewer/i.test(message), {
    actual: message,
  });
  const figures = 'the error says how long the prompt is and how much fits';
  // Other libraries word their errors themselves.
  if (agent.backend === 'foreign' && !/\d/.test(message)) t.skipCheck(figures, `"${message}"`);
  else {
    const numbers = (message.match(/\d+/g) ?? []).map(Number);
    const fits = contextWindow === undefined || numbers.includes(contextWindow);
    t.check(figures, fits && numbers.some((length) => length > (contextWindow ?? 0)), {
      actual: message,
      expected: `a number above ${contextWindow ?? 0}, and the context window`,
    });
  }

  const after = await agent.invoke(turn(sessionId, 'What is my name?'), options);
  t.check('the next request is answered', after.response !== '', { actual: after.response });
  const kept = 'the session knows what was said before';
  if (t.can(agent, 'chat', kept))
    t.check(kept, after.response.includes(name), { actual: after.response, expected: name });
  const forgot = 'the next prompt does not contain the message';
  if (t.can(agent, 'prompt', forgot))
    t.check(forgot, !after.metadata.prompt.includes(WORD.repeat(4)), {
      actual: after.metadata.prompt,
    });
}

/** Sends ever longer messages in the session until one is refused. */
async function overfill(t: ScenarioContext, agent: Agent, lengths: number[]): Promise<unknown> {
  let last: unknown;
  for (const length of lengths) {
    const input = turn('context-overflow', WORD.repeat(length));
    last = (await agent.invoke(input, { maxTokens: 1, temperature: 0, signal: t.signal })).response;
  }
  return last;
}
