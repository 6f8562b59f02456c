import type { ChatInput, Tool } from '../agents/agent.js';
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
const DICE: Tool = {
  name: 'roll_dice',
  description: 'Rolls a dice.',
  parameters: exactly({ sides: { type: 'integer' } }),
};
const ALL = [TIME, DICE, WEATHER];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const ask = (question: string, tools?: Tool[], more: Partial<ChatInput> = {}) =>
    agent.invoke({ messages: [user(question)], tools, ...more }, options);

  const cities = [t.fillers.name(), t.fillers.name()];
  const sides = t.fillers.integer(4, 20);
  const question = `What is the weather in ${cities[0]}?`;
  const weather = [[WEATHER.name, { city: cities[0] }]];
  const cases = [
    ['the weather', question, weather],
    ['the time', `What time is it in ${cities[1]}?`, [[TIME.name, { city: cities[1] }]]],
    ['a roll', `Roll a dice with ${sides} sides.`, [[DICE.name, { sides }]]],
  ] as const;
  for (const [what, request, calls] of cases) {
    const reply = await ask(request, ALL);
    t.equal(`a request for ${what} calls the tool for it`, callsOf(reply), calls);
    t.equal(
      `a request for ${what}: the finish reason says so`,
      reply.metadata.finishReason,
      'tool_calls',
    );
  }
  const streamed = 'a stream makes the same call';
  if (t.can(agent, 'streaming', streamed)) {
    const { response } = await read(agent, { messages: [user(question)], tools: ALL }, options);
    t.equal(streamed, callsOf(response), weather);
  }

  const name = t.fillers.name();
  const free = await ask(`Repeat after me: ${name}`, ALL);
  t.equal('a request that needs no tool calls none', callsOf(free), []);
  t.check('a request that needs no tool is answered', mentions(free.response, [name]), {
    actual: free.response,
    expected: `a reply with ${name}`,
  });

  const others = await ask(question, [TIME, DICE]);
  const names = others.toolCalls.map(({ name }) => name);
  t.equal(
    'only offered tools are called',
    names.filter((name) => name !== TIME.name && name !== DICE.name),
    [],
  );
  t.equal('without tools nothing is called', callsOf(await ask(question)), []);
  const none = 'with the choice "none" nothing is called';
  if (t.can(agent, 'tool-choice', none))
    t.equal(none, callsOf(await ask(question, ALL, { toolChoice: 'none' })), []);
}
