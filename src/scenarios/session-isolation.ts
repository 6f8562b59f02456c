import type { Agent } from '../agents/agent.js';
import { ROOMY, turn, user } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const QUESTION = 'What is my name?';
const FIRST = { session: 'isolation-1', name: 'Zorvik' };
const SECOND = { session: 'isolation-2', name: 'Luna' };
const GIVEN = 'Brannoc';
const NAMES = [FIRST.name, SECOND.name, GIVEN];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const say = (session: string, content: string) => agent.invoke(turn(session, content), options);

  for (const { session, name } of [FIRST, SECOND]) await say(session, `My name is ${name}.`);
  for (const { session, name } of [FIRST, SECOND]) {
    const own = `the session of ${name} knows its name`;
    const { response, metadata } = await say(session, QUESTION);
    if (t.can(agent, 'chat', own))
      t.check(own, response.includes(name), { actual: response, expected: `a reply with ${name}` });
    checkNames(t, agent, `the session of ${name}`, response, metadata.prompt, [name]);
  }

  const given = await agent.invoke(
    [
      user(`My name is ${GIVEN}.`),
      { role: 'assistant', content: `Nice to meet you, ${GIVEN}.` },
      user(QUESTION),
    ],
    options,
  );
  const isRead = 'a history given as messages is read';
  if (t.can(agent, 'chat', isRead))
    t.check(isRead, given.response.includes(GIVEN), {
      actual: given.response,
      expected: `a reply with ${GIVEN}`,
    });
  checkNames(t, agent, 'a given history', given.response, given.metadata.prompt, [GIVEN]);

  const after = await say(FIRST.session, QUESTION);
  checkNames(t, agent, 'a session after it', after.response, after.metadata.prompt, [FIRST.name]);
  const fresh = await say('isolation-3', QUESTION);
  checkNames(t, agent, 'a new session', fresh.response, fresh.metadata.prompt, []);
  const single = await agent.invoke(QUESTION, options);
  checkNames(t, agent, 'a request without a session', single.response, single.metadata.prompt, []);

  if (!agent.forget) return t.skipCheck('a forgotten session', 'the agent has no `forget`');
  await agent.forget(FIRST.session);
  const forgotten = await say(FIRST.session, QUESTION);
  const { response, metadata } = forgotten;
  checkNames(t, agent, 'a forgotten session', response, metadata.prompt, []);
  const kept = 'forgetting one session keeps the other';
  if (!t.can(agent, 'chat', kept)) return;
  const other = await say(SECOND.session, QUESTION);
  t.check(kept, other.response.includes(SECOND.name), { actual: other.response });
}

/** Neither the reply nor the prompt has a name that was told elsewhere. */
function checkNames(
  t: ScenarioContext,
  agent: Agent,
  who: string,
  reply: string,
  prompt: string,
  allowed: string[],
): void {
  const strange = (text: string) =>
    NAMES.filter((name) => !allowed.includes(name) && text.includes(name));
  t.equal(`${who}: no name from elsewhere in the reply`, strange(reply), []);
  const read = `${who}: no name from elsewhere in the prompt`;
  if (t.can(agent, 'prompt', read)) t.equal(read, strange(prompt), []);
}
