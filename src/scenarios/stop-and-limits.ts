import type { ResponseMetadata } from '../agents/agent.js';
import { type Examined, onEachAgent } from './each-agent.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
const SEEDS = [1, 2, 3, 4];

export async function run(t: ScenarioContext): Promise<void> {
  await onEachAgent(t, async (examined) => {
    const greedy = { temperature: 0, maxTokens: 24, signal: t.signal };
    const whole = (await examined.agent.invoke(MESSAGE, greedy)).metadata;
    await checkLimits(t, examined, greedy, whole);
    await checkStop(t, examined, greedy, whole);
    await checkSeeds(t, examined, greedy, whole);
  });
}

type Greedy = { temperature: number; maxTokens: number; signal: AbortSignal };

async function checkLimits(
  t: ScenarioContext,
  { agent, where, strict, can }: Examined,
  greedy: Greedy,
  whole: ResponseMetadata,
): Promise<void> {
  for (const maxTokens of [1, 5]) {
    const exactly = `${where}: a limit of ${maxTokens} gives exactly that many tokens`;
    const start = `${where}: a limit of ${maxTokens} gives the start of the same text`;
    if (!can(['limits', 'usage'], exactly, start)) continue;
    const { usage, finishReason, text } = (await agent.invoke(MESSAGE, { ...greedy, maxTokens }))
      .metadata;
    t.equal(exactly, [usage.completionTokens, finishReason], [maxTokens, 'length']);
    if (strict || (t.foreign && can('temperature', start)))
      t.check(start, whole.text.startsWith(text), { actual: text, expected: whole.text });
  }
}

async function checkStop(
  t: ScenarioContext,
  { agent, where, strict, can }: Examined,
  greedy: Greedy,
  whole: ResponseMetadata,
): Promise<void> {
  const ends = `${where}: the reply ends before a stop sequence`;
  const hidden = `${where}: no part of the stop sequence is streamed`;
  const ceases = `${where}: nothing is computed after the stop sequence`;
  if (!can(['stop', 'temperature'], ends, hidden, ceases)) return;
  // Four characters from the middle of the reply, so that the stop sequence is not a token.
  const characters = [...whole.text];
  const at = Math.floor(characters.length / 2);
  const stop = characters.slice(at, at + 4).join('');
  if (stop === '' || (!strict && whole.text.includes('<think>')))
    return t.skipCheck(ends, 'the output of this model is not known well enough');
  const before = whole.text.slice(0, whole.text.indexOf(stop));
  const stream = agent.stream(MESSAGE, { ...greedy, stop: [stop] });
  let shown = '';
  for await (const { text } of stream) shown += text;
  const streamed = (await stream.response).metadata;
  const stopped = (await agent.invoke(MESSAGE, { ...greedy, stop: ['never said', stop] })).metadata;
  t.equal(ends, [stopped.text, stopped.finishReason], [before, 'stop']);
  t.equal(hidden, [shown, streamed.text, streamed.finishReason], [before, before, 'stop']);
  if (can('usage', ceases))
    t.check(ceases, stopped.usage.completionTokens < whole.usage.completionTokens, {
      actual: stopped.usage.completionTokens,
      expected: `less than ${whole.usage.completionTokens}`,
    });
}

async function checkSeeds(
  t: ScenarioContext,
  { agent, where, can }: Examined,
  greedy: Greedy,
  whole: ResponseMetadata,
): Promise<void> {
  const twice = (seed: number) => `${where}: seed ${seed} gives the same text twice`;
  const differ = `${where}: different seeds give different texts`;
  const unchanged = `${where}: at temperature 0 a seed changes nothing`;
  if (!can(['seed', 'temperature'], ...SEEDS.map(twice), differ, unchanged)) return;
  const sample = async (seed: number) =>
    (await agent.invoke(MESSAGE, { temperature: 1.5, seed, maxTokens: 16, signal: t.signal }))
      .metadata.text;
  const texts: string[] = [];
  for (const seed of SEEDS) {
    texts.push(await sample(seed));
    t.equal(twice(seed), await sample(seed), texts.at(-1));
  }
  t.check(differ, new Set(texts).size > 1, { actual: texts, expected: 'not all the same' });
  t.equal(
    unchanged,
    (await agent.invoke(MESSAGE, { ...greedy, seed: 9 })).metadata.text,
    whole.text,
  );
}
