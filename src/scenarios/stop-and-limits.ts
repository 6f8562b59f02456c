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
        `${where}: a limit of ${maxTokens} gives exactly that many tokens`,
        [usage.completionTokens, finishReason],
        [maxTokens, 'length'],
      );
      if (strict)
        t.check(
          `${where}: a limit of ${maxTokens} gives the start of the same text`,
          whole.text.startsWith(text),
          { actual: text, expected: whole.text },
        );
    }

    // Four characters from the middle of the reply, so that the stop sequence is not a token.
    const characters = [...whole.text];
    const at = Math.floor(characters.length / 2);
    const stop = characters.slice(at, at + 4).join('');
    if (stop === '' || (!strict && whole.text.includes('<think>')))
      return t.skipCheck(
        `${where}: the reply ends before a stop sequence`,
        'the output of this model is not known well enough',
      );
    const before = whole.text.slice(0, whole.text.indexOf(stop));
    const stream = agent.stream(MESSAGE, { ...greedy, stop: [stop] });
    let shown = '';
    for await (const { text } of stream) shown += text;
    const streamed = (await stream.response).metadata;
    const stopped = (await agent.invoke(MESSAGE, { ...greedy, stop: ['never said', stop] }))
      .metadata;
    t.equal(
      `${where}: the reply ends before a stop sequence`,
      [stopped.text, stopped.finishReason],
      [before, 'stop'],
    );
    t.equal(
      `${where}: no part of the stop sequence is streamed`,
      [shown, streamed.text, streamed.finishReason],
      [before, before, 'stop'],
    );
    t.check(
      `${where}: nothing is computed after the stop sequence`,
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
      t.equal(`${where}: seed ${seed} gives the same text twice`, await sample(seed), texts.at(-1));
    }
    t.check(`${where}: different seeds give different texts`, new Set(texts).size > 1, {
      actual: texts,
      expected: 'not all the same',
    });
    t.equal(
      `${where}: at temperature 0 a seed changes nothing`,
      (await agent.invoke(MESSAGE, { ...greedy, seed: 9 })).metadata.text,
      whole.text,
    );
  });
}
