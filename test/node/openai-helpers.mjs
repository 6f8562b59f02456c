import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ROOT } from '../../scripts/lib/install.mjs';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';

/** @typedef {RequestInit & { headers?: Record<string, string> }} Init */

/**
 * JSON that a server sent. Tests check its shape, so the types do not.
 *
 * @typedef {any} Json
 */

export const MODEL = 'unmocked-tiny';
/**
 * A file of the bundled model.
 *
 * @param {string} name
 */
const fileOfModel = (name) =>
  JSON.parse(readFileSync(path.join(ROOT, 'public/models', MODEL, name), 'utf8'));
/** @type {number} */
export const VOCABULARY_SIZE = fileOfModel('config.json').vocab_size;
/**
 * The tokens that end a reply.
 *
 * @type {number[]}
 */
export const END_TOKENS = [fileOfModel('generation_config.json').eos_token_id].flat();
/** The part of a request that keeps the reply from ending by itself. */
export const NEVER_ENDS = {
  logit_bias: Object.fromEntries(END_TOKENS.map((id) => [id, -100])),
  max_tokens: 300,
};
/** @type {{ role: 'user', content: string }[]} */
export const HELLO = [{ role: 'user', content: conversations.greeting.turns[0] }];
/**
 * The answer is long.
 *
 * @type {{ role: 'user', content: string }[]}
 */
export const STORY = [{ role: 'user', content: conversations.foxStory.turns[0] }];
/** Two words of the answer: the stream has sent some tokens before them. */
export const STORY_STOP = ` ${replies.foxStory[0].split(' ').slice(3, 5).join(' ')}`;
export const WEATHER = {
  type: /** @type {const} */ ('function'),
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

/**
 * POSTs a chat completion to the server at `url`. By default a greedy hello.
 *
 * @param {string} url
 * @param {object} [body] Merged over the defaults.
 * @param {Init} [init]
 */
export const chat = (url, body = {}, { headers, ...init } = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: MODEL, messages: HELLO, temperature: 0, ...body }),
    ...init,
  });

/**
 * The body of a chat completion that succeeds.
 *
 * @param {string} url
 * @param {object} [body]
 * @param {Init} [init]
 * @returns {Promise<Json>}
 */
export async function completed(url, body, init) {
  const response = await chat(url, body, init);
  if (response.status !== 200)
    throw new Error(`status ${response.status}: ${await response.text()}`);
  return response.json();
}

/**
 * The body of a response that has one.
 *
 * @param {Response} response
 */
export function bodyOf(response) {
  if (!response.body) throw new Error('the response has no body');
  return response.body;
}

/**
 * The events of a streamed answer, parsed, without `[DONE]`.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<Json>}
 */
export async function* readEvents(response) {
  const events = bodyOf(response)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) if (data !== '[DONE]') yield JSON.parse(data);
}

/**
 * @param {string} url
 * @param {object} [body]
 * @param {Init} [init]
 */
export async function allEvents(url, body, init) {
  const events = [];
  for await (const event of readEvents(await chat(url, { stream: true, ...body }, init)))
    events.push(event);
  return events;
}

/**
 * A header of a response; empty if it has none.
 *
 * @param {Response} response
 * @param {string} name
 */
export const header = (response, name) => response.headers.get(name) ?? '';

/**
 * The first model of a server.
 *
 * @param {import('../../scripts/lib/openai/server.mjs').RunningServer} server
 */
export function modelOf({ models: [model] }) {
  if (!model) throw new Error('the server has no model');
  return model;
}

/** @param {Json} event */
export const delta = (event) => event.choices?.[0]?.delta;
/** @param {readonly Json[]} events */
export const contentOf = (events) => events.map((event) => delta(event)?.content ?? '').join('');

/**
 * Tries until `attempt` does not throw.
 *
 * @template T
 * @param {() => T | Promise<T>} attempt
 */
export async function eventually(attempt, timeoutMs = 10_000) {
  for (const end = Date.now() + timeoutMs; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/**
 * The port of a server that listens on TCP.
 *
 * @param {import('node:http').Server} server
 */
export function portOf(server) {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
