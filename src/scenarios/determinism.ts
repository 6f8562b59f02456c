import { read } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
const SEEDS = [1, 2, 3, 4];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: 20, signal: t.signal };
  const greedy = { ...options, temperature: 0 };
  const text = async (more: object) =>
    (await agent.invoke(MESSAGE, { ...options, temperature: 2, ...more })).metadata.text;

  const first = await text(greedy);
  t.equal('at temperature 0 the same request gives the same reply', await text(greedy), first);
  const streamed = 'at temperature 0 a stream gives the same reply';
  if (t.can(agent, 'streaming', streamed))
    t.equal(streamed, (await read(agent, MESSAGE, greedy)).response.metadata.text, first);

  const samples: string[] = [];
  for (const seed of SEEDS) samples.push(await text({ seed }));
  t.check(
    'at a high temperature replies differ from the greedy one',
    samples.some((sample) => sample !== first),
    { actual: samples, expected: `not always ${JSON.stringify(first)}` },
  );

  const same = 'the same seed gives the same reply';
  const differ = 'different seeds give different replies';
  const ignored = 'at temperature 0 a seed changes nothing';
  if (!t.can(agent, 'seed', same, differ, ignored)) return;
  // All seeds again: with one of them, another draw could happen to give the same reply.
  const again: string[] = [];
  for (const seed of SEEDS) again.push(await text({ seed }));
  t.equal(same, again, samples);
  t.check(differ, new Set(samples).size > 1, { actual: samples, expected: 'not all the same' });
  t.equal(ignored, await text({ ...greedy, seed: 9 }), first);
}
