import { ROOMY, turn, user } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const QUESTION = 'What is my name?';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const first = { who: 'the first session', session: 'isolation-1', name: t.fillers.name() };
  const second = { who: 'the second session', session: 'isolation-2', name: t.fillers.name() };
  const inMessages = t.fillers.name();
  const names = [first.name, second.name, inMessages];
  const say = (session: string, content: string) => agent.invoke(turn(session, content), options);

  /** Neither the reply nor the prompt has a name that was told elsewhere. */
  const checkNames = (who: string, reply: string, prompt: string, allowed: string[]): void => {
    const strange = (text: string) =>
      names.filter((name) => !allowed.includes(name) && text.includes(name));
    t.equal(`${who}: no name from elsewhere in the reply`, strange(reply), []);
    const read = `${who}: no name from elsewhere in the prompt`;
    if (t.can(agent, 'prompt', read)) t.equal(read, strange(prompt), []);
  };

  for (const { session, name } of [first, second]) await say(session, `My name is ${name}.`);
  for (const { who, session, name } of [first, second]) {
    const own = `${who} knows its name`;
    const { response, metadata } = await say(session, QUESTION);
    if (t.can(agent, 'chat', own))
      t.check(own, response.includes(name), { actual: response, expected: `a reply with ${name}` });
    checkNames(who, response, metadata.prompt, [name]);
  }

  const given = await agent.invoke(
    [
      user(`My name is ${inMessages}.`),
      { role: 'assistant', content: `Nice to meet you, ${inMessages}.` },
      user(QUESTION),
    ],
    options,
  );
  const isRead = 'a history given as messages is read';
  if (t.can(agent, 'chat', isRead))
    t.check(isRead, given.response.includes(inMessages), {
      actual: given.response,
      expected: `a reply with ${inMessages}`,
    });
  checkNames('a given history', given.response, given.metadata.prompt, [inMessages]);

  const after = await say(first.session, QUESTION);
  checkNames('a session after it', after.response, after.metadata.prompt, [first.name]);
  const fresh = await say('isolation-3', QUESTION);
  checkNames('a new session', fresh.response, fresh.metadata.prompt, []);
  const single = await agent.invoke(QUESTION, options);
  checkNames('a request without a session', single.response, single.metadata.prompt, []);

  if (!agent.forget) return t.skipCheck('a forgotten session', 'the agent has no `forget`');
  await agent.forget(first.session);
  const forgotten = await say(first.session, QUESTION);
  const { response, metadata } = forgotten;
  checkNames('a forgotten session', response, metadata.prompt, []);
  const kept = 'forgetting one session keeps the other';
  if (!t.can(agent, 'chat', kept)) return;
  const other = await say(second.session, QUESTION);
  t.check(kept, other.response.includes(second.name), { actual: other.response });
}
