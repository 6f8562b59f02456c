import type { AgentInput, InvokeOptions, Message } from '../agents/agent.js';
import { hasCode } from '../errors.js';
import { ROOMY, turn, user } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const BAD_TEXT = 'My name is Luna.';
const sessionId = 'recovery';
const input = (...messages: unknown[]): AgentInput => ({
  messages: messages as Message[],
  sessionId,
});
const bad = user(BAD_TEXT);

/** Requests that no agent can answer, and what the error must name. */
const CASES: readonly {
  name: string;
  input: AgentInput;
  options?: InvokeOptions;
  names: RegExp;
}[] = [
  { name: 'an empty message', input: input(user('')), names: /empty/i },
  { name: 'a message of blanks', input: input(user(' \n ')), names: /empty/i },
  { name: 'no message', input: input(), names: /no messages/i },
  { name: 'an unknown role', input: input(bad, { role: 'robot', content: 'x' }), names: /robot/ },
  { name: 'content that is no text', input: input({ role: 'user', content: 5 }), names: /5/ },
  {
    name: 'two system prompts',
    input: { messages: [{ role: 'system', content: 'x' }, bad], system: 'y', sessionId },
    names: /system/,
  },
  {
    name: 'a limit of 0 tokens',
    input: input(bad),
    options: { maxTokens: 0 },
    names: /maxTokens is 0/,
  },
  {
    name: 'a temperature below 0',
    input: input(bad),
    options: { temperature: -1 },
    names: /temperature is -1/,
  },
  { name: 'a topP above 1', input: input(bad), options: { topP: 2 }, names: /topP is 2/ },
  {
    name: 'a choice of a tool that is not offered',
    input: { messages: [bad], toolChoice: { name: 'fly' }, sessionId },
    names: /"fly"/,
  },
];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const told = t.fillers.name();
  await agent.invoke(turn(sessionId, `My name is ${told}.`), options);

  const before = t.tokensComputed();
  for (const { name, input: wrong, options: more, names } of CASES)
    await t.rejects(
      `${name}: the error is clear`,
      () => agent.invoke(wrong, { ...options, ...more }),
      `invalid-argument, naming ${String(names)}`,
      (error) => hasCode(error, 'invalid-argument') && names.test(error.message),
    );
  const stream = agent.stream(input(user('')), options);
  await t.rejects(
    'an empty message to stream: the loop throws',
    async () => {
      for await (const piece of stream) return piece;
    },
    'invalid-argument',
    (error) => hasCode(error, 'invalid-argument'),
  );
  await t.rejects(
    'an empty message to stream: the response rejects',
    () => stream.response,
    'invalid-argument',
    (error) => hasCode(error, 'invalid-argument'),
  );
  if (!t.foreign) t.equal('nothing was computed for them', t.tokensComputed() - before, 0);

  const next = await agent.invoke(turn(sessionId, 'What is my name?'), options);
  t.check('the next request is answered', next.response !== '', { actual: next.response });
  const kept = 'the session knows what was said before';
  const forgot = 'the session knows nothing of the refused requests';
  if (t.can(agent, 'chat', kept, forgot)) {
    t.check(kept, next.response.includes(told), { actual: next.response, expected: told });
    t.check(forgot, !next.response.includes('Luna'), { actual: next.response });
  }
  const read = 'the next prompt contains nothing of them';
  if (t.can(agent, 'prompt', read))
    t.check(read, !next.metadata.prompt.includes(BAD_TEXT), { actual: next.metadata.prompt });

  const orphan = 'the result of a call that nobody made is refused or answered, and does no harm';
  if (!t.can(agent, 'tools', orphan)) return;
  const outcome = await agent
    .invoke([bad, { role: 'tool', content: 'rainy', toolCallId: 'call_nobody' }], options)
    .then(
      () => 'answered',
      (error: unknown) => (hasCode(error, 'invalid-argument') ? 'refused' : String(error)),
    );
  const again = await agent.invoke('Hello, this is a test.', options);
  t.check(orphan, /answered|refused/.test(outcome) && again.response !== '', {
    actual: [outcome, again.response],
  });
}
