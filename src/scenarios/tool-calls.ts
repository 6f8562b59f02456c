import type { ChatInput, Tool } from '../agents/agent.js';
import { onEachAgent } from './each-agent.js';
import { hasCode } from '../errors.js';
import type { ScenarioContext } from './scenario.js';
import { faultUrl } from './server.js';

const WEATHER: Tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const QUESTION = 'What is the weather in Quelmar?';
const ASK: ChatInput = { messages: [{ role: 'user', content: QUESTION }], tools: [WEATHER] };
const RESULT = 'rainy, 14 degrees';

export async function run(t: ScenarioContext): Promise<void> {
  const options = { maxTokens: 48, temperature: 0, signal: t.signal };
  await onEachAgent(t, async ({ agent, where, strict }) => {
    const call = await agent
      .invoke({ ...ASK, sessionId: 'tools' }, options)
      .catch((error: unknown) => {
        // Many servers and models do not support tools, and say so.
        if (strict || t.foreign || !hasCode(error, 'invalid-argument')) throw error;
        t.skipCheck(`${where}: the tool is called with the right argument`, error.message);
      });
    if (!call) return;
    t.equal(
      `${where}: the tool is called with the right argument`,
      call.toolCalls.map(({ name, arguments: args }) => [name, args]),
      [[WEATHER.name, { city: 'Quelmar' }]],
    );
    t.equal(`${where}: the finish reason is tool_calls`, call.metadata.finishReason, 'tool_calls');
    t.equal(
      `${where}: the call is not part of the reply`,
      [call.response.includes('TOOL_CALL'), call.problems],
      [false, []],
    );

    const streamed = await agent.stream(ASK, options).response;
    t.equal(
      `${where}: streaming does not change the call`,
      [
        streamed.toolCalls.map(({ name, arguments: args }) => [name, args]),
        streamed.metadata.finishReason,
      ],
      [[[WEATHER.name, { city: 'Quelmar' }]], 'tool_calls'],
    );

    const used = await agent.invoke(
      {
        messages: [{ role: 'tool', content: RESULT, toolCallId: call.toolCalls[0]?.id }],
        sessionId: 'tools',
      },
      options,
    );
    t.check(
      `${where}: the result is used in the next turn`,
      /rainy/.test(used.response) && /14/.test(used.response),
      { actual: used.response, expected: RESULT },
    );
    t.equal(`${where}: that turn calls no tool`, used.toolCalls, []);

    const none = await agent.invoke(QUESTION, options);
    t.equal(`${where}: without tools the model calls nothing`, none.toolCalls, []);

    if (!strict) return;
    // The limit cuts a call in the middle, which makes it malformed: minus three tokens removes the
    // end of the call, its closing mark and the last syllable.
    const cut = await agent.invokeWithTools(QUESTION, [WEATHER], {
      ...options,
      maxTokens: call.metadata.usage.completionTokens - 3,
    });
    t.equal(`${where}: a malformed call is not a call`, cut.toolCalls, []);
    t.check(
      `${where}: a malformed call is reported`,
      cut.problems.length === 1 && cut.problems[0]!.includes('get_weather'),
      { actual: cut.problems, expected: 'one problem, quoting the call' },
    );
  });

  if (t.foreign) return;
  if (t.server.faults) {
    const agent = await t.loadRemote({ apiUrl: faultUrl(t.server, 'malformed-tools') });
    for (const way of ['invoke', 'stream'] as const) {
      const reply = await (way === 'invoke'
        ? agent.invoke(ASK, options)
        : agent.stream(ASK, options).response);
      t.check(
        `a server's malformed call (${way}) is reported, not thrown`,
        reply.toolCalls.length === 0 && reply.problems.some((problem) => /not JSON/.test(problem)),
        { actual: [reply.toolCalls, reply.problems], expected: 'no call and a problem' },
      );
    }
  } else {
    t.skipCheck(
      "a server's malformed call is reported, not thrown",
      'the server cannot simulate faults',
    );
  }
}
