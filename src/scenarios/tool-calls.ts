import type { Agent, AgentResponse, ChatInput, Tool } from '../agents/agent.js';
import { byKey, callsOf, mentions, user } from './ask.js';
import { onEachAgent } from './each-agent.js';
import { hasCode } from '../errors.js';
import type { Fillers } from './fillers.js';
import { exactly } from './fits-schema.js';
import type { ScenarioContext } from './scenario.js';
import { faultUrl } from './server.js';

const UNITS = ['celsius', 'fahrenheit'];
const WEATHER: Tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: exactly({ city: { type: 'string' }, unit: { type: 'string', enum: UNITS } }),
};
const HOTEL: Tool = {
  name: 'book_hotel',
  description: 'Books a hotel room.',
  parameters: exactly({
    city: { type: 'string' },
    nights: { type: 'integer' },
    breakfast: { type: 'boolean' },
  }),
};
const HEATING: Tool = {
  name: 'set_temperature',
  description: 'Sets the temperature of a room.',
  parameters: exactly({ room: { type: 'string' }, degrees: { type: 'number' } }),
};
const TOOLS = [HOTEL, WEATHER, HEATING];

/** A request, the only call that is right for it, and what the tool returns if the reply must say it. */
interface Errand {
  kinds: string;
  request: string;
  tool: Tool;
  arguments: Record<string, unknown>;
  result?: Record<string, string | number>;
}

function drawErrands(fillers: Fillers): [Errand, ...Errand[]] {
  const city = fillers.name();
  const unit = fillers.pick(UNITS);
  const hotelCity = fillers.name();
  const nights = fillers.integer(2, 9);
  const breakfast = fillers.pick([true, false]);
  const room = fillers.pick(['kitchen', 'bedroom', 'office', 'library', 'studio']);
  const degrees = fillers.integer(16, 24) + 0.5;
  return [
    {
      kinds: 'a text and an enum',
      request: `What is the weather in ${city} in ${unit}?`,
      tool: WEATHER,
      arguments: { city, unit },
      result: {
        sky: fillers.pick(['rainy', 'cloudy', 'windy', 'foggy']),
        temperature: fillers.integer(11, 39),
      },
    },
    {
      kinds: 'a text, an integer and a boolean',
      request: `Please book a hotel in ${hotelCity} for ${nights} nights ${breakfast ? 'with' : 'without'} breakfast.`,
      tool: HOTEL,
      arguments: { city: hotelCity, nights, breakfast },
      result: { room: fillers.integer(11, 99), price: fillers.integer(11, 99) },
    },
    {
      kinds: 'a text and a number',
      request: `Set the temperature of the ${room} to ${degrees} degrees.`,
      tool: HEATING,
      arguments: { room, degrees },
    },
  ];
}

export async function run(t: ScenarioContext): Promise<void> {
  const options = { maxTokens: 64, temperature: 0, signal: t.signal };
  const errands = drawErrands(t.fillers);
  const first = errands[0];
  const ask: ChatInput = { messages: [user(first.request)], tools: TOOLS };
  await onEachAgent(t, async ({ agent, where, strict }) => {
    for (const [index, errand] of errands.entries()) {
      const right = `${where}: the right tool is called with ${errand.kinds}`;
      const sessionId = `tools-${index}`;
      const call = await agent
        .invoke({ messages: [user(errand.request)], tools: TOOLS, sessionId }, options)
        .catch((error: unknown) => {
          // Many servers and models do not support tools, and say so.
          if (strict || t.foreign || !hasCode(error, 'invalid-argument')) throw error;
          t.skipCheck(right, error.message);
        });
      if (!call) return;
      const calls = [[errand.tool.name, byKey(errand.arguments)]];
      t.equal(right, callsOf(call), calls);
      if (errand === first) {
        t.equal(
          `${where}: the finish reason is tool_calls`,
          call.metadata.finishReason,
          'tool_calls',
        );
        t.equal(
          `${where}: the call is not part of the reply`,
          [/tool_call/i.test(call.response), call.problems],
          [false, []],
        );
        const streamed = await agent.stream(ask, options).response;
        t.equal(
          `${where}: streaming does not change the call`,
          [callsOf(streamed), streamed.metadata.finishReason],
          [calls, 'tool_calls'],
        );
        if (strict) await checkCutCall(t, agent, where, ask, call);
      }

      if (!errand.result || call.toolCalls.length === 0) continue;
      const content = JSON.stringify(errand.result);
      const used = await agent.invoke(
        { messages: [{ role: 'tool', content, toolCallId: call.toolCalls[0]?.id }], sessionId },
        options,
      );
      t.check(
        `${where}: the result of ${errand.tool.name} is used in the next turn`,
        mentions(used.response, Object.values(errand.result)),
        { actual: used.response, expected: content },
      );
      t.equal(`${where}: the turn after ${errand.tool.name} calls no tool`, used.toolCalls, []);
    }

    const none = await agent.invoke(first.request, options);
    t.equal(`${where}: without tools the model calls nothing`, none.toolCalls, []);
  });
  if (t.foreign) return;
  if (t.server.faults) {
    const agent = await t.loadRemote({ apiUrl: faultUrl(t.server, 'malformed-tools') });
    for (const way of ['invoke', 'stream'] as const) {
      const reply = await (way === 'invoke'
        ? agent.invoke(ask, options)
        : agent.stream(ask, options).response);
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

/**
 * A limit that cuts a call in the middle makes it malformed. Minus three tokens removes the end of
 * the call, its closing mark and the last brace.
 */
async function checkCutCall(
  t: ScenarioContext,
  agent: Agent,
  where: string,
  ask: ChatInput,
  { metadata }: AgentResponse,
): Promise<void> {
  const cut = await agent.invoke(ask, {
    maxTokens: metadata.usage.completionTokens - 3,
    temperature: 0,
    signal: t.signal,
  });
  t.equal(`${where}: a malformed call is not a call`, cut.toolCalls, []);
  t.check(
    `${where}: a malformed call is reported`,
    cut.problems.length === 1 && cut.problems[0]!.includes('get_weather'),
    { actual: cut.problems, expected: 'one problem, quoting the call' },
  );
}
