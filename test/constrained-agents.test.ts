import { type Schema, Validator } from '@cfworker/json-schema';
import { expect } from '@esm-bundle/chai';
import type { Agent, AgentInput, ChatInput, JsonSchema, Tool } from '../src/agents/agent.js';
import { loadAgent, type LoadAgentOptions } from '../src/agents/load-agent.js';
import { EnginePool } from '../src/engine/engine-pool.js';
import { ledger } from '../src/engine/ledger.js';
import { conversations } from './conversations.mjs';
import { replies } from './golden.mjs';
import { endAllEngines, rejection, tinyQ8, withChanged } from './helpers.js';

/*
 * `toolChoice` and `responseFormat` of our own agents: in this page, and on the server of the test
 * runner, over real sockets.
 */

const PERSON: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 12 },
    age: { type: 'integer', minimum: 0, maximum: 99 },
    mood: { enum: ['calm', 'wild', null] },
  },
  required: ['name', 'age', 'mood'],
  additionalProperties: false,
};
const format = { type: 'json-schema', schema: PERSON as JsonSchema, name: 'person' } as const;
const WEATHER: Tool = {
  name: 'get_weather',
  description: 'Tells the weather.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 12 }, days: { enum: [1, 2] } },
    required: ['city', 'days'],
    additionalProperties: false,
  },
};
const NOW: Tool = { name: 'now' };
const say = (content: string) => [{ role: 'user' as const, content }];
const HELLO = say(conversations.greeting.turns[0]);

describe('constrained output', () => {
  const pool = new EnginePool();
  after(() => {
    pool.dispose();
    endAllEngines();
  });
  const backends: Record<string, () => LoadAgentOptions> = {
    'in this page': () => ({ model: tinyQ8(), device: 'wasm', pool }),
    'on a server': () => ({
      backend: 'remote',
      ...window.unmockedServer,
      sources: { environment: {} },
    }),
  };

  for (const [where, options] of Object.entries(backends)) {
    describe(`an agent ${where}`, () => {
      let agent: Agent;
      before(async () => (agent = await loadAgent({ ...options(), maxTokens: 200 })));
      after(() => agent.dispose());

      it('claims structured output and the choice of tools', () => {
        expect(agent.claims).to.include.members(['structured-output', 'tool-choice']);
      });

      it('replies with JSON that fits, greedy and sampled', async () => {
        for (const sampling of [{}, { temperature: 1.5, seed: 4 }]) {
          const { response, metadata } = await agent.invoke(
            { messages: HELLO, responseFormat: format },
            sampling,
          );
          const { valid, errors } = new Validator(PERSON, '2020-12').validate(JSON.parse(response));
          expect(valid, `${response} ${JSON.stringify(errors)}`).to.equal(true);
          expect(metadata.finishReason).to.equal('stop');
        }
      });

      it('replies with a JSON object', async () => {
        const { response, metadata } = await agent.invoke({
          messages: HELLO,
          responseFormat: { type: 'json' },
        });
        // Nothing makes a string end, so the limit may cut the reply.
        expect(response).to.match(/^\{/);
        if (metadata.finishReason === 'stop') expect(JSON.parse(response)).to.be.an('object');
      });

      it('keeps what looks like a tag in a string', async () => {
        const text = '<think>a</think><tool_call>b';
        const input: ChatInput = {
          messages: HELLO,
          responseFormat: { type: 'json-schema', schema: { const: { text } } },
        };
        const stream = agent.stream(input);
        let streamed = '';
        for await (const { response } of stream) streamed += response;
        for (const { response, thinking, toolCalls } of [
          await stream.response,
          await agent.invoke(input),
        ])
          expect([JSON.parse(response), thinking, toolCalls]).to.deep.equal([{ text }, '', []]);
        expect(JSON.parse(streamed)).to.deep.equal({ text });
      });

      it('calls the tool that is named, once', async () => {
        const { toolCalls, problems, response, metadata } = await agent.invoke({
          messages: HELLO,
          tools: [NOW, WEATHER],
          toolChoice: { name: 'get_weather' },
        });
        expect(toolCalls.map(({ name }) => name)).to.deep.equal(['get_weather']);
        const { valid } = new Validator(WEATHER.parameters!).validate(toolCalls[0]!.arguments);
        expect(valid, JSON.stringify(toolCalls)).to.equal(true);
        expect([problems, response]).to.deep.equal([[], '']);
        expect(metadata.finishReason).to.equal('tool_calls');
      });

      it('calls some tool if it must, and goes on with its result', async () => {
        const sessionId = `forced-${where}`;
        const { toolCalls } = await agent.invoke({
          messages: HELLO,
          tools: [WEATHER, NOW],
          toolChoice: 'required',
          sessionId,
        });
        expect(toolCalls).to.not.be.empty;
        for (const { name } of toolCalls) expect(['get_weather', 'now']).to.include(name);
        const results = toolCalls.map(() => ({ role: 'tool' as const, content: 'rainy' }));
        const next = await agent.invoke({ messages: results, toolChoice: 'none', sessionId });
        expect(next.response).to.not.equal('');
        await agent.forget!(sessionId);
      });

      it('is offered no tools if it must not call any', async () => {
        const input = { messages: say('What is the weather in Oslo?') };
        const offered = { ...input, tools: [WEATHER] };
        const plain = await agent.invoke(input);
        const none = await agent.invoke({ ...offered, toolChoice: 'none' });
        expect(none.metadata.text).to.equal(plain.metadata.text);
        expect(none.metadata.usage.promptTokens).to.equal(plain.metadata.usage.promptTokens);
        expect((await agent.invoke(offered)).metadata.usage.promptTokens).to.be.above(
          plain.metadata.usage.promptTokens,
        );
      });

      const refused: [string, object, RegExp][] = [
        [
          'a choice that does not exist',
          { toolChoice: 'always' },
          /toolChoice is "always".*"none"/,
        ],
        [
          'a choice with more fields',
          { toolChoice: { name: 'now', x: 1 } },
          /toolChoice.*\{ name \}/,
        ],
        ['a tool that is not offered', { toolChoice: { name: 'rain' } }, /"rain".*Offered: "now"/],
        [
          'a forced call without tools',
          { tools: [], toolChoice: 'required' },
          /no tool is offered/,
        ],
        [
          'a format that does not exist',
          { responseFormat: { type: 'xml' } },
          /"xml".*"json-schema"/,
        ],
        ['a format without a schema', { responseFormat: { type: 'json-schema' } }, /schema, name/],
        [
          'a schema for any JSON',
          { responseFormat: { type: 'json', schema: {} } },
          /responseFormat is .*\{ type: "json" \}/,
        ],
        [
          'a name with a space',
          { responseFormat: { ...format, name: 'a b' } },
          /64 letters, digits/,
        ],
      ];
      for (const [name, fields, message] of refused) {
        it(`refuses ${name}, before anything is computed`, async () => {
          const tokens = ledger.tokens + ledger.remoteTokens;
          const input = { messages: HELLO, tools: [NOW], ...fields } as AgentInput;
          const error = await rejection(agent.invoke(input));
          expect([error.code, ledger.tokens + ledger.remoteTokens]).to.deep.equal([
            'invalid-argument',
            tokens,
          ]);
          expect(error.message).to.match(message);
        });
      }

      it('says which keyword of a schema it cannot do', async () => {
        const schema = { type: 'string', not: { const: 'x' } };
        const error = await rejection(
          agent.invoke({ messages: HELLO, responseFormat: { type: 'json-schema', schema } }),
        );
        expect(error.message).to.include('not');
        expect((await agent.invoke({ messages: HELLO })).response).to.equal(replies.greeting[0]);
      });
    });
  }

  describe('an agent whose chat template takes tools', () => {
    it('shows them to the model there', async () => {
      const chatTemplate =
        '{% if tools %}Tools: {{ tools | tojson }} {% endif %}{% for m in messages %}' +
        '{{ m.role }}: {{ m.content }}{% for c in m.tool_calls or [] %}{{ c | tojson }}{% endfor %}' +
        ' {% endfor %}assistant:';
      const model = await withChanged('tokenizer_config.json', { chat_template: chatTemplate });
      const templated = await loadAgent({
        model: { ...model, promptFormat: 'template' },
        device: 'wasm',
        pool,
        maxTokens: 80,
      });
      expect(templated.engineInfo!.templateTakesTools).to.equal(true);
      const { toolCalls, metadata } = await templated.invoke({
        messages: say('What time is it?'),
        tools: [NOW],
        toolChoice: 'required',
      });
      expect(metadata.prompt).to.equal(
        'Tools: [{"type": "function", "function": {"name": "now", "description": "", "parameters": ' +
          '{"type": "object", "properties": {}}}}] user: What time is it? assistant:',
      );
      expect(toolCalls[0]?.name).to.equal('now');
      await templated.dispose();
    });
  });
});
