import { onBothBackends } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
const SEEDS = [1, 2, 3, 4];

export async function run(t: ScenarioContext): Promise<void> {
  await onBothBackends(t, async (agent, where, strict) => {
    const greedy = { temperature: 0, maxTokens: 24, signal: t.signal };
    const whole = (await agent.invoke(MESSAGE, greedy)).metadata;

    for (const maxTokens of [1, 5]) {
      const { usage, finishReason, text } = (await agent.invoke(MESSAGE, { ...greedy, maxTokens }))
        .metadata;
      t.equal(
        `${where}: a limit of ${maxTokens} gives ${maxTokens}`,
        [usage.completionTokens, finishReason],
        [maxTokens, 'length'],
      );
      if (strict)
        t.check(
          `${where}: ${maxTokens} is the beginning of the same text`,
          whole.text.startsWith(text),
          { actual: text, expected: whole.text },
        );
    }

    // A few letters across a word's border, from the middle of what it says: no token of their own.
    const characters = [...whole.text];
    const at = Math.floor(characters.length / 2);
    const stop = characters.slice(at, at + 4).join('');
    if (stop === '' || (!strict && whole.text.includes('<think>')))
      return t.skipCheck(
        `${where}: a stop sequence ends the reply before it`,
        'what the model says by itself is not known well enough',
      );
    const before = whole.text.slice(0, whole.text.indexOf(stop));
    const stream = agent.stream(MESSAGE, { ...greedy, stop: [stop] });
    let shown = '';
    for await (const { text } of stream) shown += text;
    const streamed = (await stream.response).metadata;
    const stopped = (await agent.invoke(MESSAGE, { ...greedy, stop: ['never said', stop] }))
      .metadata;
    t.equal(
      `${where}: a stop sequence ends the reply before it`,
      [stopped.text, stopped.finishReason],
      [before, 'stop'],
    );
    t.equal(
      `${where}: no part of it is streamed`,
      [shown, streamed.text, streamed.finishReason],
      [before, before, 'stop'],
    );
    t.check(
      `${where}: nothing is computed after it`,
      stopped.usage.completionTokens < whole.usage.completionTokens,
      {
        actual: stopped.usage.completionTokens,
        expected: `less than ${whole.usage.completionTokens}`,
      },
    );

    const sample = async (seed: number) =>
      (await agent.invoke(MESSAGE, { temperature: 1.5, seed, maxTokens: 16, signal: t.signal }))
        .metadata.text;
    const texts: string[] = [];
    for (const seed of SEEDS) {
      texts.push(await sample(seed));
      t.equal(`${where}: seed ${seed} twice is the same text`, await sample(seed), texts.at(-1));
    }
    t.check(`${where}: another seed is another text`, new Set(texts).size > 1, {
      actual: texts,
      expected: 'not all the same',
    });
    t.equal(
      `${where}: without temperature a seed changes nothing`,
      (await agent.invoke(MESSAGE, { ...greedy, seed: 9 })).metadata.text,
      whole.text,
    );
  });
}
