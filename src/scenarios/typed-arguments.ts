import type { ChatInput, Tool } from '../agents/agent.js';
import { callsOf, read, ROOMY, user } from './ask.js';
import { exactly, misfits } from './fits-schema.js';
import type { ScenarioContext } from './scenario.js';

/** One property for each JSON type, and for what a text form of arguments would blur. */
const PROPERTIES = {
  city: { type: 'string', maxLength: 12 },
  days: { type: 'integer', minimum: 1, maximum: 9 },
  budget: { type: 'number', minimum: 0, maximum: 1000 },
  direct: { type: 'boolean' },
  unit: { type: 'string', enum: ['celsius', 'kelvin'] },
  guests: {
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: 9 },
    minItems: 1,
    maxItems: 2,
  },
  zip: { type: 'string', enum: ['12345', '54321'] },
  hotel: exactly({
    stars: { type: 'integer', minimum: 1, maximum: 5 },
    pool: { type: ['boolean', 'null'] },
  }),
};
const TRIP: Tool = {
  name: 'plan_trip',
  description: 'Plans a trip to a city.',
  parameters: exactly(PROPERTIES),
};
const UNIT: Tool = {
  name: 'set_unit',
  description: 'Sets the unit of temperatures.',
  parameters: exactly({ unit: PROPERTIES.unit }),
};

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const sessionId = 'typed-arguments';
  const city = t.fillers.name();
  const days = t.fillers.integer(2, 9);
  const ask: ChatInput = {
    messages: [user(`Plan a trip to ${city} for ${days} days.`)],
    tools: [UNIT, TRIP],
    toolChoice: { name: TRIP.name },
  };
  const reply = await agent.invoke({ ...ask, sessionId }, options);
  const [call] = reply.toolCalls;
  t.equal(
    'the tool that the choice names is called, once',
    reply.toolCalls.map(({ name }) => name),
    [TRIP.name],
  );
  t.equal('no call is malformed', reply.problems, []);
  const given = call?.arguments ?? {};
  t.equal('the arguments fit the schema', misfits(TRIP.parameters!, given), []);
  for (const [name, schema] of Object.entries(PROPERTIES)) {
    const kind = 'enum' in schema ? 'enum' : schema.type;
    t.equal(
      `the argument of type ${kind} (${name}) keeps its type`,
      misfits(schema, given[name]),
      [],
    );
  }

  const told = 'the arguments are those of the request';
  if (t.can(agent, 'chat', told)) t.equal(told, [given['city'], given['days']], [city, days]);

  const streamed = 'a stream makes the same call';
  if (t.can(agent, ['streaming', 'temperature'], streamed))
    t.equal(streamed, callsOf((await read(agent, ask, options)).response), callsOf(reply));

  const required = await agent.invoke(
    { messages: [user('Hello, this is a test.')], tools: [UNIT], toolChoice: 'required' },
    options,
  );
  t.check(
    'with the choice "required" a tool is called, also where none is needed',
    required.toolCalls.length > 0 &&
      required.toolCalls.every(
        ({ name, arguments: args }) =>
          name === UNIT.name && misfits(UNIT.parameters!, args).length === 0,
      ),
    { actual: callsOf(required), expected: `calls of ${UNIT.name}` },
  );

  // The next turn repeats the call to the model, with its types.
  const used = await agent.invoke(
    { messages: [{ role: 'tool', content: 'planned', toolCallId: call?.id }], sessionId },
    { ...options, maxTokens: 16 },
  );
  const repeated = 'the next prompt repeats the arguments as JSON';
  if (t.can(agent, 'prompt', repeated))
    t.check(
      repeated,
      used.metadata.prompt.replaceAll(/\s|\\/g, '').includes(JSON.stringify(given['hotel'])),
      { actual: used.metadata.prompt, expected: `a prompt with ${JSON.stringify(given['hotel'])}` },
    );
}
