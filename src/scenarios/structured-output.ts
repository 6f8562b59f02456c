import type { ChatInput, ResponseFormat } from '../agents/agent.js';
import { byKey, read, ROOMY, user } from './ask.js';
import type { Fillers } from './fillers.js';
import { exactly, misfits } from './fits-schema.js';
import type { ScenarioContext } from './scenario.js';

const SCHEMA = exactly({
  name: { type: 'string', maxLength: 12 },
  level: { type: 'integer', minimum: 1, maximum: 20 },
  element: { type: 'string', enum: ['fire', 'water'] },
  friendly: { type: 'boolean' },
  lair: exactly({
    depth: { type: 'integer', minimum: 0, maximum: 99 },
    rooms: { type: 'array', items: { type: 'string', maxLength: 6 }, minItems: 1, maxItems: 2 },
    owner: { type: ['string', 'null'], maxLength: 8 },
  }),
});
const FORMAT: ResponseFormat = { type: 'json-schema', schema: SCHEMA, name: 'dragon' };
const ASK: ChatInput = {
  messages: [user('Describe a dragon as JSON.')],
  responseFormat: FORMAT,
};
const LIMIT = 6;

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const options = { maxTokens: ROOMY, temperature: 0, signal: t.signal };
  const whole = await agent.invoke(ASK, options);
  checkFits(t, 'the reply', whole.response);
  t.equal('a reply that is complete says so', whole.metadata.finishReason, 'stop');

  if (t.can(agent, 'streaming', 'the streamed reply: parses and fits')) {
    const { pieces, response } = await read(agent, ASK, options);
    const text = pieces.join('');
    checkFits(t, 'the streamed reply', text);
    t.equal('the pieces of the stream are its reply', text.trim(), response.response);
  }
  if (t.can(agent, 'temperature', 'a sampled reply: parses and fits')) {
    const sampled = await agent.invoke(ASK, { ...options, temperature: 1, seed: 3 });
    checkFits(t, 'a sampled reply', sampled.response);
  }

  const json = 'json: the reply is an object, or the beginning of one that its limit cut';
  // Any object may be endless: without a limit a small model does not come to its end.
  if (t.can(agent, 'limits', json)) {
    const any = await agent.invoke(
      { messages: [user('Describe a dragon as a JSON object.')], responseFormat: { type: 'json' } },
      { ...options, maxTokens: 64 },
    );
    const value = parse(any.response);
    const cutShort = any.metadata.finishReason === 'length' && any.response.startsWith('{');
    t.check(json, cutShort || isObject(value), {
      actual: any.response,
    });
  }

  const cut = 'a limit cuts the reply, and the finish reason says so';
  const start = 'what a limit leaves is the beginning of the same reply';
  if (t.can(agent, 'limits', cut, start)) {
    const { response, metadata } = await agent.invoke(ASK, { ...options, maxTokens: LIMIT });
    t.check(cut, metadata.finishReason === 'length' && parse(response) === undefined, {
      actual: [metadata.finishReason, response],
      expected: '"length", and no complete JSON',
    });
    if (t.can(agent, 'temperature', start))
      t.check(start, whole.response.startsWith(response), {
        actual: response,
        expected: whole.response,
      });
  }

  const filled = 'the values are those of the text';
  if (t.can(agent, 'chat', filled)) {
    const { text, schema, value } = drawPet(t.fillers);
    const { response } = await agent.invoke(
      {
        messages: [user(`Write this as JSON: ${text}\nSchema: ${JSON.stringify(schema)}`)],
        responseFormat: { type: 'json-schema', schema, name: 'pet' },
      },
      options,
    );
    const given = parse(response);
    t.equal(filled, isObject(given) ? byKey(given) : response, byKey(value));
  }

  const free = await agent.invoke('Hello, this is a test.', { ...options, maxTokens: 24 });
  t.check('the next request is free of the format', /^[^{]/.test(free.response), {
    actual: free.response,
    expected: 'text that is not JSON',
  });
}

/** A sentence, and the values that it gives to the keys of a schema. */
function drawPet(fillers: Fillers) {
  const kinds = ['dog', 'cat', 'horse', 'rabbit'];
  const value = {
    name: fillers.name(),
    kind: fillers.pick(kinds),
    age: fillers.integer(2, 30),
  };
  return {
    text: `Our ${value.kind} ${value.name} is ${value.age} years old.`,
    schema: exactly({
      name: { type: 'string' },
      kind: { type: 'string', enum: kinds },
      age: { type: 'integer' },
    }),
    value,
  };
}

function checkFits(t: ScenarioContext, what: string, text: string): void {
  const value = parse(text);
  const wrong = value === undefined ? ['It is not JSON.'] : misfits(SCHEMA, value);
  t.check(`${what}: parses and fits`, wrong.length === 0, { actual: [text, wrong] });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
