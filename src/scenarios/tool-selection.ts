import type { ChatInput, Tool } from '../agents/agent.js';
import { callsOf, read, ROOMY, user } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const WEATHER = tool('get_weather', 'The weather in a city.', { city: { type: 'string' } });
const TIME = tool('get_time', 'The time in a city.', { city: { type: 'string' } });
const DICE = tool('roll_dice', 'Rolls a dice.', { sides: { type: 'integer' } });
const ALL = [TIME, DICE, WEATHER];
const WEATHER_QUESTION = 'What is the weather in Quelmar?';

const CASES: readonly (readonly [string, readonly unknown[]])[] = [
  [WEATHER_QUESTION, [[WEATHER.name, { city: 'Quelmar' }]]],
  ['What time is it in Oslo?', [[TIME.name, { city: 'Oslo' }]]],
  ['Roll a dice with 6 sides.', [[DICE.name, { sides: 6 }]]],
];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const ask = (question: string, tools?: Tool[], more: Partial<ChatInput> = {}) =>
    agent.invoke({ messages: [user(question)], tools, ...more }, options);

  for (const [question, calls] of CASES) {
    const reply = await ask(question, ALL);
    t.equal(`"${question}" calls the tool for it`, callsOf(reply), calls);
    t.equal(`"${question}": the finish reason says so`, reply.metadata.finishReason, 'tool_calls');
  }
  const streamed = 'a stream makes the same call';
  if (t.can(agent, 'streaming', streamed)) {
    const { response } = await read(
      agent,
      { messages: [user(WEATHER_QUESTION)], tools: ALL },
      options,
    );
    t.equal(streamed, callsOf(response), CASES[0]![1]);
  }

  const sum = await ask('What is 2 plus 3?', ALL);
  t.equal('a question that needs no tool calls none', callsOf(sum), []);
  t.check('a question that needs no tool is answered', /\b(5|five)\b/i.test(sum.response), {
    actual: sum.response,
    expected: 'a reply with 5',
  });

  const others = await ask(WEATHER_QUESTION, [TIME, DICE]);
  const names = others.toolCalls.map(({ name }) => name);
  t.equal(
    'only offered tools are called',
    names.filter((name) => name !== TIME.name && name !== DICE.name),
    [],
  );
  t.equal('without tools nothing is called', callsOf(await ask(WEATHER_QUESTION)), []);
  const none = 'with the choice "none" nothing is called';
  if (t.can(agent, 'tool-choice', none))
    t.equal(none, callsOf(await ask(WEATHER_QUESTION, ALL, { toolChoice: 'none' })), []);
}

function tool(name: string, description: string, properties: Record<string, object>): Tool {
  const required = Object.keys(properties);
  return { name, description, parameters: { type: 'object', properties, required } };
}
