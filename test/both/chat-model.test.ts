import { expect } from '@esm-bundle/chai';
import type { Agent, Message, Tool } from '../../src/agents/agent.js';
import { loadAgent } from '../../src/agents/load-agent.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { runScenarios } from '../../src/harness/run.js';
import { scenarios } from '../../src/scenarios/index.js';
import { endAllEngines } from '../helpers.js';

/* A chat model with random weights and another geometry than the bundled one: its replies mean nothing. */
const MODEL = '/test/models/random-chat/';
const WEATHER: Tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const SYSTEM_TURN = `<|im_start|>system
Be brief.

You can call these tools:
<tools>
${JSON.stringify({ name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.parameters })}
</tools><|im_end|>
`;

/** Scenarios that judge no sentence of a model that cannot chat. */
const CHOSEN = [
  'concurrent-loading',
  'streaming',
  'cancelling',
  'determinism',
  'typed-arguments',
  'structured-output',
];

describe('a chat model of another geometry', () => {
  const pool = new EnginePool();
  let agent: Agent;
  before(async () => {
    agent = await loadAgent({ model: MODEL, device: window.unmockedGroup, pool });
  });
  after(() => {
    pool.dispose();
    endAllEngines();
  });

  it('is read from its own files', () => {
    expect(agent.engineInfo).to.deep.include({
      contextWindow: 1024,
      eosTokens: ['<|im_end|>', '<|endoftext|>'],
      hasChatTemplate: true,
      templateTakesTools: true,
    });
  });

  it("gets the conversation in its template's words, with tools, calls and results", async () => {
    const messages: Message[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather in Oslo and Quelmar?' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { name: 'get_weather', arguments: { city: 'Oslo' }, id: '1' },
          { name: 'get_weather', arguments: { city: 'Quelmar' }, id: '2' },
        ],
      },
      { role: 'tool', content: 'rainy', toolCallId: '1' },
      { role: 'tool', content: 'sunny', toolCallId: '2' },
    ];
    const { metadata } = await agent.invoke({ messages, tools: [WEATHER] }, { maxTokens: 1 });
    expect(metadata.prompt).to.equal(
      `${SYSTEM_TURN}<|im_start|>user
Weather in Oslo and Quelmar?<|im_end|>
<|im_start|>assistant
<tool_call>
{"name": "get_weather", "arguments": {"city": "Oslo"}}
</tool_call>
<tool_call>
{"name": "get_weather", "arguments": {"city": "Quelmar"}}
</tool_call><|im_end|>
<|im_start|>user
<tool_response>
rainy
</tool_response>
<tool_response>
sunny
</tool_response><|im_end|>
<|im_start|>assistant
`,
    );
  });

  it('pays for the new tokens of a turn only, also after a sampled reply and a call', async () => {
    const options = { maxTokens: 24, temperature: 1.5, seed: 5 };
    const turn = { sessionId: 'kept', tools: [WEATHER] };
    const say = (content: string) => [{ role: 'user' as const, content }];
    const first = await agent.invoke({ ...turn, messages: say('Hello.') }, options);
    const second = await agent.invoke(
      { ...turn, messages: say('Weather?'), toolChoice: { name: 'get_weather' } },
      { ...options, maxTokens: 200 },
    );
    const third = await agent.invoke({ ...turn, messages: say('And now?') }, options);
    for (const [before, { metadata }] of [
      [first, second],
      [second, third],
    ] as const) {
      expect(metadata.prompt).to.satisfy((prompt: string) =>
        prompt.startsWith(before.metadata.prompt + before.metadata.rawText),
      );
      // The start of the new turn, and the last token of the reply, which was not fed back.
      const fresh = await agent.encode!(metadata.prompt.slice(before.metadata.prompt.length));
      expect(metadata.usage.prefilledTokens).to.be.below(fresh.length);
    }
    expect(second.toolCalls).to.have.length(1);
  });

  // On WebGPU the specs above have to do: SwiftShader would take minutes.
  if (window.unmockedGroup === 'wasm')
    it('runs the scenarios that judge no sentences', async function () {
      this.timeout(240_000);
      const report = await runScenarios({
        model: MODEL,
        device: window.unmockedGroup,
        scenarios: scenarios.filter(({ id }) => CHOSEN.includes(id)),
      });
      const failures = report.results.map(({ id, status, error, checks }) => ({
        id,
        status,
        problems: [error?.message, ...checks.filter((one) => one.status === 'failed')].filter(
          Boolean,
        ),
      }));
      expect(failures).to.deep.equal(CHOSEN.map((id) => ({ id, status: 'passed', problems: [] })));
    });
});
