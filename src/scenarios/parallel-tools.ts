import type { ChatInput, Message, Tool } from '../agents/agent.js';
import { callsOf, read, ROOMY, user } from './ask.js';
import { exactly } from './fits-schema.js';
import type { ScenarioContext } from './scenario.js';

const CITIES = ['Quelmar', 'Oslo'];
const WEATHER: Tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: exactly({ city: { type: 'string' } }),
};
const ASK: ChatInput = {
  messages: [user('What is the weather in Quelmar, and what is the weather in Oslo?')],
  tools: [WEATHER],
};
/** The results come in another order than the calls. The ids say which is which. */
const HISTORY: Message[] = [
  user('What is the weather in Quelmar?'),
  {
    role: 'assistant',
    content: '',
    toolCalls: CITIES.map((city, index) => ({
      name: WEATHER.name,
      arguments: { city },
      id: `call_${index}`,
    })),
  },
  { role: 'tool', content: 'sunny, 20 degrees', toolCallId: 'call_1' },
  { role: 'tool', content: 'rainy, 14 degrees', toolCallId: 'call_0' },
];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const told = await agent.invoke({ messages: HISTORY, tools: [WEATHER] }, options);
  t.check('the results of two calls are used', /rainy|sunny/i.test(told.response), {
    actual: told.response,
    expected: 'a reply with a result',
  });
  t.equal('that turn calls nothing', callsOf(told), []);
  const inPrompt = 'the prompt has both calls and both results';
  if (t.can(agent, 'prompt', inPrompt))
    t.equal(
      inPrompt,
      [...CITIES, 'sunny', 'rainy'].filter((word) => !told.metadata.prompt.includes(word)),
      [],
    );

  const both = 'one reply calls the tool for each city';
  const ids = 'each of its calls has an id of its own';
  const same = 'a stream makes the same calls';
  if (!t.can(agent, 'parallel-tools', both, ids, same)) return;
  const reply = await agent.invoke(ASK, options);
  t.equal(
    both,
    callsOf(reply),
    CITIES.map((city) => [WEATHER.name, { city }]),
  );
  const given = reply.toolCalls.map(({ id }) => id).filter((id) => id !== undefined);
  t.check(ids, given.length === 0 || new Set(given).size === reply.toolCalls.length, {
    actual: given,
  });
  if (t.can(agent, ['streaming', 'temperature'], same))
    t.equal(same, callsOf((await read(agent, ASK, options)).response), callsOf(reply));
}
