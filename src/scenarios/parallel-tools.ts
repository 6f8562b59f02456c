import type { ChatInput, Message, Tool } from '../agents/agent.js';
import { callsOf, mentions, read, ROOMY, user } from './ask.js';
import { exactly } from './fits-schema.js';
import type { ScenarioContext } from './scenario.js';

const CITY = exactly({ city: { type: 'string' } });
const WEATHER: Tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: CITY,
};
const TIME: Tool = { name: 'get_time', description: 'The time in a city.', parameters: CITY };

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const cities = [t.fillers.name(), t.fillers.name()];
  const [one, other] = cities;
  const skies = ['rainy', 'sunny'].map((sky) => ({ sky, temperature: t.fillers.integer(11, 39) }));
  const results = skies.flatMap((sky) => Object.values(sky));

  const told = await agent.invoke(
    { messages: historyOf(cities, skies), tools: [WEATHER] },
    options,
  );
  t.check('the results of two calls are used', mentions(told.response, results), {
    actual: told.response,
    expected: `a reply with ${results.join(', ')}`,
  });
  t.equal('that turn calls nothing', callsOf(told), []);
  const inPrompt = 'the prompt has both calls and both results';
  if (t.can(agent, 'prompt', inPrompt))
    t.equal(
      inPrompt,
      [...cities, ...results].filter((word) => !told.metadata.prompt.includes(String(word))),
      [],
    );

  const both = 'one reply calls the tool for each city';
  const two = 'one reply calls two tools';
  const ids = 'each of its calls has an id of its own';
  const same = 'a stream makes the same calls';
  if (!t.can(agent, 'parallel-tools', both, two, ids, same)) return;
  const ask: ChatInput = {
    messages: [user(`What is the weather in ${one}, and what is the weather in ${other}?`)],
    tools: [WEATHER, TIME],
  };
  const reply = await agent.invoke(ask, options);
  t.equal(
    both,
    callsOf(reply),
    cities.map((city) => [WEATHER.name, { city }]),
  );
  const given = reply.toolCalls.map(({ id }) => id).filter((id) => id !== undefined);
  t.check(ids, given.length === 0 || new Set(given).size === reply.toolCalls.length, {
    actual: given,
  });
  if (t.can(agent, ['streaming', 'temperature'], same))
    t.equal(same, callsOf((await read(agent, ask, options)).response), callsOf(reply));

  const mixed = await agent.invoke(
    {
      ...ask,
      messages: [user(`What is the weather in ${one}, and what time is it in ${other}?`)],
    },
    options,
  );
  t.equal(two, callsOf(mixed), [
    [WEATHER.name, { city: one }],
    [TIME.name, { city: other }],
  ]);
}

/** The results come in another order than the calls. The ids say which is which. */
function historyOf(cities: string[], results: object[]): Message[] {
  return [
    user(`What is the weather in ${cities.join(' and in ')}?`),
    {
      role: 'assistant',
      content: '',
      toolCalls: cities.map((city, index) => ({
        name: WEATHER.name,
        arguments: { city },
        id: `call_${index}`,
      })),
    },
    ...results
      .map((result, index): Message => ({
        role: 'tool',
        content: JSON.stringify(result),
        toolCallId: `call_${index}`,
      }))
      .toReversed(),
  ];
}
