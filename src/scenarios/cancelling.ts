import type { Agent } from '../agents/agent.js';
import { isAbortError } from '../errors.js';
import { ROOMY, turn } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const STORY = 'Tell me a story about a dragon.';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: 160, temperature: 0, signal: t.signal };
  const rejectsAborted = (name: string, action: () => Promise<unknown>) =>
    t.rejects(name, action, 'AbortError', isAbortError);

  const before = t.tokensComputed();
  for (const way of ['invoke', 'stream'] as const)
    await rejectsAborted(`${way}: a signal that has aborted already`, async () => {
      const late = { ...options, signal: AbortSignal.abort() };
      return way === 'invoke' ? agent.invoke(STORY, late) : agent.stream(STORY, late).response;
    });
  if (!t.foreign) t.equal('nothing was computed for it', t.tokensComputed() - before, 0);

  await whileStreaming(t, agent, rejectsAborted);

  // Two turns of one session are given up: one while it is computed, one while it waits.
  const sessionId = 'cancelling';
  const [name, abortedName] = [t.fillers.name(), t.fillers.name()];
  await agent.invoke(turn(sessionId, `My name is ${name}.`), { ...options, maxTokens: ROOMY });
  const controller = new AbortController();
  const signal = AbortSignal.any([t.signal, controller.signal]);
  const computed = agent.stream(turn(sessionId, STORY), {
    ...options,
    signal,
    onToken: () => controller.abort(),
  }).response;
  const waiting = agent.invoke(turn(sessionId, `My name is ${abortedName}.`), {
    ...options,
    signal,
  });
  const [first, second] = await Promise.allSettled([computed, waiting]);
  // An agent that gives its reply as one piece has nothing left to abort at that piece.
  if (t.can(agent, 'streaming', 'a turn that is computed rejects'))
    t.check('a turn that is computed rejects', isAborted(first), { actual: first.status });
  t.check('a turn that waits for it rejects', isAborted(second), { actual: second.status });

  const next = await agent.invoke(turn(sessionId, 'What is my name?'), options);
  const said = 'the session knows what was said before';
  const forgot = 'the session does not know what an aborted turn said';
  if (t.can(agent, 'chat', said, forgot)) {
    t.check(said, next.response.includes(name), { actual: next.response });
    t.check(forgot, !next.response.includes(abortedName), { actual: next.response });
  }
  const read = 'the next prompt contains no aborted turn';
  if (t.can(agent, ['prompt', 'streaming'], read))
    t.equal(
      read,
      [STORY, abortedName].filter((text) => next.metadata.prompt.includes(text)),
      [],
    );
}

/** Stops a stream by its signal and by leaving its loop. The next request must be undisturbed. */
async function whileStreaming(
  t: ScenarioContext,
  agent: Agent,
  rejectsAborted: (name: string, action: () => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const bySignal = 'aborting while it streams ends the loop';
  const byLeaving = 'leaving the loop aborts the reply';
  const fewer = 'the stream ends early';
  const after = 'the next request is answered as before';
  if (!t.can(agent, 'streaming', bySignal, byLeaving, fewer, after)) return;
  const options = { maxTokens: 160, temperature: 0, signal: t.signal };
  const short = { ...options, maxTokens: 12 };
  const whole = (await agent.invoke(STORY, short)).metadata.text;

  const controller = new AbortController();
  const signal = AbortSignal.any([t.signal, controller.signal]);
  let text = '';
  await rejectsAborted(bySignal, async () => {
    for await (const piece of agent.stream(STORY, { ...options, signal })) {
      text += piece.text;
      if (text.length > 0) controller.abort();
    }
  });
  const left = agent.stream(STORY, options);
  for await (const piece of left) if (piece.text) break;
  await rejectsAborted(byLeaving, () => left.response);

  const again = (await agent.invoke(STORY, short)).metadata.text;
  if (t.can(agent, 'temperature', after)) t.equal(after, again, whole);
  else t.check(after, again !== '', { actual: again });
  const all = (await agent.invoke(STORY, options)).metadata.text;
  t.check(fewer, text.length < all.length, {
    actual: `${text.length} characters`,
    expected: `fewer than ${all.length}`,
  });
}

const isAborted = (outcome: PromiseSettledResult<unknown>): boolean =>
  outcome.status === 'rejected' && isAbortError(outcome.reason);
