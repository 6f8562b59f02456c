import { isAbortError } from '../errors.js';
import { read, ROOMY } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const STORY = 'Tell me a story about a dragon.';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const name = t.fillers.name();
  const words = `${t.fillers.name()} ${t.fillers.name()}`;
  /** What is said, its text, and what only the right reply contains. */
  const questions = [
    ['a name', `My name is ${name}.`, new RegExp(name)],
    ['a sum', 'What is 2 plus 3?', /\b(5|five)\b/i],
    ['an opposite', 'What is the opposite of hot?', /\bcold\b/i],
    ['a repetition', `Repeat after me: ${words}`, new RegExp(words, 'i')],
  ] as const;
  const streams = agent.claims.includes('streaming');
  const ask = async (question: string, index: number): Promise<string> =>
    streams && index % 2 === 1
      ? (await read(agent, question, options)).response.response
      : (await agent.invoke(question, options)).response;

  const alone: string[] = [];
  for (const [index, [, question]] of questions.entries()) alone.push(await ask(question, index));

  // One of the requests is given up meanwhile, which must not disturb the others.
  const controller = new AbortController();
  const leaving = agent
    .stream(STORY, {
      ...options,
      signal: AbortSignal.any([t.signal, controller.signal]),
      onToken: () => controller.abort(),
    })
    .response.then(
      () => 'answered',
      (error: unknown) => (isAbortError(error) ? 'aborted' : String(error)),
    );
  const together = await Promise.all(
    questions.map(([, question], index) => ask(question, index).catch(String)),
  );
  const left = 'the request that was aborted meanwhile says so';
  // An agent that does not stream reports its only piece when nothing is left to abort.
  if (t.can(agent, ['abort', 'streaming'], left)) t.equal(left, await leaving, 'aborted');
  else await leaving;

  for (const [index, [what, , right]] of questions.entries()) {
    const own = `${what} gets its own answer`;
    if (t.can(agent, 'chat', own))
      t.check(own, right.test(together[index]!), {
        actual: together[index],
        expected: String(right),
      });
  }
  const same = 'each reply is the same as alone';
  if (t.can(agent, 'temperature', same)) t.equal(same, together, alone);
  else
    t.check(
      'no reply is empty',
      together.every((reply) => reply !== ''),
      { actual: together },
    );
}
