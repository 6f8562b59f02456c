import { expect } from '@esm-bundle/chai';
import type { TokenPiece } from '../../src/agents/agent.js';
import { readCompletion } from '../../src/agents/remote/read-completion.js';
import { readStream } from '../../src/agents/remote/read-stream.js';
import type { Answer } from '../../src/agents/remote/connection.js';
import { streamOf } from '../../src/agents/stream.js';
import { toChatMessages } from '../../src/agents/remote/chat-messages.js';
import { type RequestFacts, toRequestBody } from '../../src/agents/remote/request-body.js';
import { resolveSettings } from '../../src/settings/resolve.js';
import { rejection } from '../helpers.js';

/*
 * Answers of servers that cannot run here, after their documentation, as real `Response` objects.
 * For a real server, see test/remote-agent.test.ts and the scenarios.
 */

const URL = 'http://server.example/v1/chat/completions';

function answer(body: string | string[]): Answer & { shown: boolean } {
  const parts = [body].flat();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const response = new Response(stream);
  Object.defineProperty(response, 'url', { value: URL });
  const made = {
    response,
    retries: 0,
    signal: new AbortController().signal,
    redact: (text: string) => text,
    shown: false,
    alive: () => undefined,
    begun: () => void (made.shown = true),
  };
  return made;
}

const message = (fields: object, more: object = {}) =>
  JSON.stringify({
    id: 'a',
    choices: [{ index: 0, message: { role: 'assistant', ...fields }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    ...more,
  });
const event = (fields: object, choice: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: fields, ...choice }] })}\n\n`;
const END = 'data: [DONE]\n\n';

async function stream(parts: string[], maxTokens = 32) {
  const pieces: TokenPiece[] = [];
  const completion = await readStream(answer(parts), maxTokens, (piece) => pieces.push(piece));
  expect(pieces.map(({ text }) => text).join('')).to.equal(completion.text);
  expect(pieces.map(({ index }) => index)).to.deep.equal(pieces.map((_, index) => index));
  return { completion, pieces: pieces.map(({ text }) => text) };
}

describe('an answer as JSON', () => {
  const texts: [string, object, string][] = [
    ['content', { content: 'Hello.' }, 'Hello.'],
    [
      'content in parts',
      {
        content: [
          { type: 'text', text: 'Hel' },
          { type: 'text', text: 'lo.' },
        ],
      },
      'Hello.',
    ],
    ['no content', { content: null }, ''],
    [
      'reasoning_content, as llama.cpp has it',
      { reasoning_content: 'Hm.', content: 'Hello.' },
      '<think>Hm.</think>Hello.',
    ],
    [
      'reasoning, as vLLM has it',
      { reasoning: 'Hm.', content: 'Hello.' },
      '<think>Hm.</think>Hello.',
    ],
    ['reasoning alone', { reasoning_content: 'Hm.', content: null }, '<think>Hm.</think>'],
    ['empty reasoning', { reasoning_content: '', content: 'Hello.' }, 'Hello.'],
  ];
  for (const [name, fields, text] of texts) {
    it(`with ${name}`, async () => {
      expect((await readCompletion(answer(message(fields)))).text).to.equal(text);
    });
  }

  it('keeps reasoning out of the history', async () => {
    expect(
      (await readCompletion(answer(message({ reasoning_content: 'Hm.', content: 'Hello.' }))))
        .content,
    ).to.equal('Hello.');
  });

  it('with tool calls, as OpenAI and as others write them', async () => {
    const tool_calls = [
      {
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: '{"city":"Paris","days":2}' },
      },
      { function: { name: 'roll', arguments: { sides: 6 } } },
      { id: 'call_3', function: { name: 'now', arguments: '' } },
    ];
    const { toolCalls, problems } = await readCompletion(
      answer(message({ content: null, tool_calls })),
    );
    expect(toolCalls.map(({ id, name, arguments: args }) => [id, name, args])).to.deep.equal([
      ['call_1', 'get_weather', { city: 'Paris', days: 2 }],
      [undefined, 'roll', { sides: 6 }],
      ['call_3', 'now', {}],
    ]);
    expect(problems).to.deep.equal([]);
  });

  it('with malformed calls: reported, not thrown', async () => {
    const tool_calls = [
      { function: { name: 'f', arguments: '{"a":' } },
      { function: { arguments: '{}' } },
      { function: { name: 'g', arguments: '[1]' } },
      { id: 'x' },
    ];
    const { toolCalls, problems } = await readCompletion(
      answer(message({ content: '', tool_calls })),
    );
    expect([toolCalls, problems.length]).to.deep.equal([[], 4]);
  });

  it('has a finish reason, and says if the server withheld something', async () => {
    for (const [reason, expected] of [
      ['stop', 'stop'],
      ['length', 'length'],
      ['tool_calls', 'tool_calls'],
      ['function_call', 'tool_calls'],
      ['eos', 'stop'],
      [null, 'stop'],
    ] as const) {
      expect(
        (
          await readCompletion(
            answer(
              JSON.stringify({ choices: [{ message: { content: 'a' }, finish_reason: reason }] }),
            ),
          )
        ).finishReason,
      ).to.equal(expected);
    }
    const filtered = await readCompletion(
      answer(
        JSON.stringify({
          choices: [{ message: { content: 'a' }, finish_reason: 'content_filter' }],
        }),
      ),
    );
    expect(filtered.problems[0]).to.match(/content_filter/);
  });

  const broken: [string, string, string][] = [
    ['broken JSON', '{"choices":', 'not-json'],
    ['no JSON', 'Hello', 'not-json'],
    ['a list', '[]', 'no-choices'],
    ['a number', '5', 'malformed'],
    ['no choices', '{"choices":[]}', 'no-choices'],
    ['a choice without a message', '{"choices":[{}]}', 'malformed'],
    ['a message of null', '{"choices":[{"message":null}]}', 'malformed'],
    ['an error in a 200', '{"error":{"message":"out of memory"}}', 'server-error'],
    ['an error that is a string', '{"error":"model is loading"}', 'server-error'],
  ];
  for (const [name, body, fault] of broken) {
    it(`that is ${name} is an error`, async () => {
      const error = await rejection(readCompletion(answer(body)));
      expect([error.details['fault'], error.message.includes('server.example')]).to.deep.equal([
        fault,
        true,
      ]);
    });
  }
});

describe('an answer as a stream', () => {
  it('in the usual form', async () => {
    const { completion, pieces } = await stream([
      event({ role: 'assistant', content: '' }),
      event({ content: 'Hel' }),
      event({ content: 'lo.' }),
      event({}, { finish_reason: 'length' }),
      'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n',
      END,
    ]);
    expect([
      completion.text,
      completion.finishReason,
      completion.usage?.completion_tokens,
      pieces,
    ]).to.deep.equal(['Hello.', 'length', 2, ['Hel', 'lo.']]);
  });

  it('with the bytes cut anywhere: in a line, a character, a CRLF', async () => {
    const whole = new TextEncoder().encode(
      [
        event({ content: 'Hé' }),
        event({ content: 'l🙂o' }),
        event({}, { finish_reason: 'stop' }),
        END,
      ]
        .join('')
        .replaceAll('\n', '\r\n'),
    );
    for (const size of [1, 2, 3, 7]) {
      const response = new Response(
        new ReadableStream<Uint8Array>({
          start(controller) {
            for (let at = 0; at < whole.length; at += size)
              controller.enqueue(whole.slice(at, at + size));
            controller.close();
          },
        }),
      );
      Object.defineProperty(response, 'url', { value: URL });
      const pieces: string[] = [];
      expect(
        (await readStream({ ...answer(''), response }, 32, ({ text }) => pieces.push(text))).text,
      ).to.equal('Hél🙂o');
      expect(pieces).to.deep.equal(['Hé', 'l🙂o']);
    }
  });

  it('with comments, other fields, and no space after the colon', async () => {
    const { completion } = await stream([
      ': OPENROUTER PROCESSING\n\n',
      'event: message\nid: 1\n',
      event({ content: 'a' }).replace('data: ', 'data:'),
      event({}, { finish_reason: 'stop' }),
      END,
    ]);
    expect(completion.text).to.equal('a');
  });

  it('that ends with finish_reason only', async () => {
    expect(
      (await stream([event({ content: 'a' }), event({}, { finish_reason: 'stop' })])).completion
        .text,
    ).to.equal('a');
  });

  it('with reasoning in a field of its own', async () => {
    const { completion, pieces } = await stream([
      event({ reasoning_content: 'H' }),
      event({ reasoning_content: 'm.' }),
      event({ content: 'Hello' }),
      event({ content: '.' }),
      END,
    ]);
    expect(pieces).to.deep.equal(['<think>H', 'm.', '</think>Hello', '.']);
    expect(completion.content).to.equal('Hello.');
    expect(
      (await stream([event({ reasoning: 'Hm.' }), event({}, { finish_reason: 'length' }), END]))
        .completion.text,
    ).to.equal('<think>Hm.</think>');
  });

  it('with a call whose arguments come in pieces, and two calls at once', async () => {
    const { completion } = await stream([
      event({
        tool_calls: [
          {
            index: 0,
            id: 'call_1',
            type: 'function',
            function: { name: 'get_weather', arguments: '' },
          },
        ],
      }),
      event({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      event({
        tool_calls: [{ index: 1, id: 'call_2', function: { name: 'now', arguments: '{}' } }],
      }),
      event({ tool_calls: [{ index: 0, function: { arguments: '"Paris"}' } }] }),
      event({}, { finish_reason: 'tool_calls' }),
      END,
    ]);
    expect(
      completion.toolCalls.map(({ id, name, arguments: args }) => [id, name, args]),
    ).to.deep.equal([
      ['call_1', 'get_weather', { city: 'Paris' }],
      ['call_2', 'now', {}],
    ]);
    expect(completion.finishReason).to.equal('tool_calls');
  });

  it('with calls that all have the index 0, and with a call that is null', async () => {
    const { completion } = await stream([
      event({ tool_calls: [{ index: 0, id: 'a', function: { name: 'w', arguments: '{"x":1}' } }] }),
      event({ tool_calls: [{ index: 0, id: 'b', function: { name: 'w', arguments: '{"x":' } }] }),
      event({ tool_calls: [null, { index: 0, function: { arguments: '2}' } }] }),
      END,
    ]);
    expect(
      completion.toolCalls.map(({ id, name, arguments: args }) => [id, name, args]),
    ).to.deep.equal([
      ['a', 'w', { x: 1 }],
      ['b', 'w', { x: 2 }],
    ]);
  });

  it('of endless calls is an error', async () => {
    const error = await rejection(
      stream(
        Array.from({ length: 300 }, () =>
          event({ tool_calls: [{ index: 0, function: { arguments: ' ' } }] }),
        ),
        4,
      ),
    );
    expect(error.details['fault']).to.equal('endless');
  });

  const broken: [string, string[], string][] = [
    [
      'broken JSON in an event',
      [event({ content: 'a' }), 'data: {"choices":[{"del\n\n', END],
      'not-json',
    ],
    ['an abrupt end', [event({ content: 'a' })], 'cut'],
    ['nothing', [''], 'no-choices'],
    ['only its end', [END], 'no-choices'],
    [
      'an error in the middle',
      [event({ content: 'a' }), 'data: {"error":{"message":"out of memory"}}\n\n'],
      'server-error',
    ],
  ];
  for (const [name, parts, fault] of broken) {
    it(`of ${name} is an error that keeps the text so far`, async () => {
      const error = await rejection(stream(parts));
      expect(error.details['fault']).to.equal(fault);
      expect(error.details['text']).to.equal(parts[0]!.includes('"a"') ? 'a' : undefined);
    });
  }

  it('that goes on past every limit is an error', async () => {
    const error = await rejection(
      stream(
        Array.from({ length: 200 }, () => event({ content: 'x' })),
        4,
      ),
    );
    expect([error.details['fault'], (error.details['text'] as string).length]).to.deep.equal([
      'endless',
      4 * 4 + 64 + 1,
    ]);
  });

  it('passes on an error of the listener', async () => {
    const error = await rejection<Error>(
      readStream(answer([event({ content: 'a' }), END]), 4, () => {
        throw new RangeError('mine');
      }),
    );
    expect([error.name, error.message]).to.deep.equal(['RangeError', 'mine']);
  });

  it('lets its reader leave between pieces that arrived at once', async () => {
    const leaving = new AbortController();
    const whole = answer(['a', 'b', 'c'].map((content) => event({ content })).join('') + END);
    const pieces: string[] = [];
    const stream = streamOf(
      async (onToken) => {
        await readStream({ ...whole, signal: leaving.signal }, 4, onToken);
        throw new Error('it was read to its end');
      },
      { onToken: ({ text }) => pieces.push(text) },
    );
    for await (const { text } of stream) {
      leaving.abort();
      if (text) break;
    }
    const error = await rejection<Error>(stream.response);
    expect([error.name, pieces]).to.deep.equal(['AbortError', ['a']]);
  });

  it('counts as begun only after a piece was passed on', async () => {
    const quiet = answer([
      event({ role: 'assistant', content: '' }),
      event({}, { finish_reason: 'stop' }),
      END,
    ]);
    await readStream(quiet, 4, () => undefined);
    const loud = answer([event({ content: 'a' }), END]);
    await readStream(loud, 4, () => undefined);
    expect([quiet.shown, loud.shown]).to.deep.equal([false, true]);
  });
});

describe('a request', () => {
  const { settings, origins } = resolveSettings({}).remote;
  const request = {
    url: URL,
    model: 'm',
    messages: [],
    tools: [],
    settings,
    origins,
    options: {},
    stream: false,
  };

  it('has only the fields that every server knows', () => {
    expect(toRequestBody(request)).to.deep.equal({
      model: 'm',
      messages: [],
      max_tokens: 64,
      temperature: 0,
      seed: 0,
    });
  });

  it('names the token limit as OpenAI does there, and as the others do elsewhere', () => {
    expect(toRequestBody({ ...request, url: 'https://api.openai.com/v1/' }))
      .to.include({ max_completion_tokens: 64 })
      .and.not.have.property('max_tokens');
  });

  it('has the fields that somebody set', () => {
    const asked = resolveSettings({
      stored: {
        topK: 5,
        repetitionPenalty: 1.1,
        topP: 0.9,
        stop: ['x'],
      },
    }).remote;
    const body = toRequestBody({
      ...request,
      ...asked,
      stream: true,
      reasoningEffort: 'low',
      tools: [{ name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } }],
      options: { extraBody: { return_token_ids: true } },
    });
    expect(body).to.deep.include({
      top_k: 5,
      repetition_penalty: 1.1,
      top_p: 0.9,
      stop: ['x'],
      reasoning_effort: 'low',
      stream: true,
      stream_options: { include_usage: true },
      return_token_ids: true,
    });
    expect(body['tools']).to.deep.equal([
      {
        type: 'function',
        function: {
          name: 'f',
          parameters: { type: 'object', properties: { a: { type: 'string' } } },
        },
      },
    ]);
  });

  it('has the format of the reply and the choice of tools, as OpenAI writes them', () => {
    const tools = [{ name: 'f' }];
    const schema = { type: 'object' };
    const body = (facts: Partial<RequestFacts>) => toRequestBody({ ...request, ...facts });
    expect(body({ responseFormat: { type: 'json' } })).to.deep.include({
      response_format: { type: 'json_object' },
    });
    expect(
      body({ responseFormat: { type: 'json-schema', schema, name: 'person' } }),
    ).to.deep.include({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'person', strict: true, schema },
      },
    });
    for (const toolChoice of ['auto', 'none', 'required'] as const)
      expect(body({ tools, toolChoice })).to.include({ tool_choice: toolChoice });
    expect(body({ tools, toolChoice: { name: 'f' } })).to.deep.include({
      tool_choice: { type: 'function', function: { name: 'f' } },
    });
    expect(
      body({ toolChoice: 'none' }),
      'OpenAI refuses a choice without tools',
    ).to.not.have.property('tool_choice');
  });

  it('gives each result the id of its call', () => {
    const messages = toChatMessages([
      { role: 'user', content: 'What is the weather?' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: 'call_a', name: 'f', arguments: { x: 1, y: [null] }, raw: '' },
          { name: 'g', arguments: {}, raw: '' },
        ],
      },
      { role: 'tool', content: 'one' },
      { role: 'tool', content: 'two' },
    ]);
    expect(messages[1]).to.deep.equal({
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: 'call_a',
          type: 'function',
          function: { name: 'f', arguments: '{"x":1,"y":[null]}' },
        },
        { id: 'call_1', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    });
    expect(messages.slice(2).map(({ tool_call_id }) => tool_call_id)).to.deep.equal([
      'call_a',
      'call_1',
    ]);
  });

  it('keeps the ids that results name, in any order', () => {
    const messages = toChatMessages([
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: 'a', name: 'f', arguments: {} },
          { id: 'b', name: 'g', arguments: {} },
        ],
      },
      { role: 'tool', content: 'of b', toolCallId: 'b' },
      { role: 'tool', content: 'of a' },
    ]);
    expect(messages.slice(1).map(({ tool_call_id }) => tool_call_id)).to.deep.equal(['b', 'a']);
  });

  it('does not assign a result to an earlier call that was never answered', () => {
    const call = (id: string) => ({
      role: 'assistant' as const,
      content: '',
      toolCalls: [
        { id, name: 'f', arguments: {}, raw: '' },
        { id: `${id}2`, name: 'f', arguments: {}, raw: '' },
      ],
    });
    const messages = toChatMessages([
      call('a'),
      { role: 'tool', content: '1' },
      { role: 'user', content: 'Again.' },
      call('c'),
      { role: 'tool', content: '2' },
    ]);
    expect(
      messages.filter(({ role }) => role === 'tool').map(({ tool_call_id }) => tool_call_id),
    ).to.deep.equal(['a', 'c']);
  });
});
