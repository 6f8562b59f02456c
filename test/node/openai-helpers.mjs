import { EventSourceParserStream } from 'eventsource-parser/stream';

export const MODEL = 'unmocked-tiny';
export const HELLO = [{ role: 'user', content: 'Hello, this is a test.' }];
/** Answered at length. */
export const STORY = [{ role: 'user', content: 'Tell me a story about a fox.' }];
export const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

/** POSTs a chat completion to the server at `url`, greedy hellos by default. */
export const chat = (url, body = {}, { headers, ...init } = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: MODEL, messages: HELLO, temperature: 0, ...body }),
    ...init,
  });

export async function completed(url, body, init) {
  const response = await chat(url, body, init);
  if (response.status !== 200)
    throw new Error(`status ${response.status}: ${await response.text()}`);
  return response.json();
}

/** The events of a streamed answer, parsed; `[DONE]` is left out. */
export async function* readEvents(response) {
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) if (data !== '[DONE]') yield JSON.parse(data);
}

export async function allEvents(url, body, init) {
  const events = [];
  for await (const event of readEvents(await chat(url, { stream: true, ...body }, init)))
    events.push(event);
  return events;
}

export const delta = (event) => event.choices?.[0]?.delta;
export const contentOf = (events) => events.map((event) => delta(event)?.content ?? '').join('');

/** Tries until it does not throw. */
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
