import type { Agent } from '../../src/agents/agent.js';
import { parseReply } from '../../src/agents/reply/parse-reply.js';
import { streamOf } from '../../src/agents/stream.js';
import { realSubject, type Subject } from '../../src/scenarios/subject.js';
import { altered, toChatInput } from './saboteur.js';

/** Right answers in the right form, without any model. */
export function cannedSubject(): Subject {
  const replies: [RegExp, string][] = [
    [/what is my name/i, 'Your name is Zorvik.'],
    [/who is my best friend/i, 'Your best friend is Quelmar.'],
    [/my name is (\w+)/i, 'Nice to meet you, $1.'],
    [/say 'hello world'/i, 'Hello world. I am small but real.'],
    [/2 plus 3/i, '2 plus 3 is 5.'],
    [/9 plus 6/i, '<think>9 plus 6 is 15.</think>The answer is 15.'],
    [/who is in the party/i, 'Ally and Becca are in the party.'],
    [/who is in the crew/i, 'Ally and Becca are in the crew.'],
    [/who is in the team/i, 'Ally and Becca are in the team.'],
    [/how much gold/i, 'Becca has 12 gold.'],
    [
      /weather in (\w+)[^{]*weather in (\w+)/i,
      `${call('get_weather', '{"city": "$1"}')}\n${call('get_weather', '{"city": "$2"}')}`,
    ],
    [/weather in (\w+) in (\w+)/i, call('get_weather', '{"city": "$1", "unit": "$2"}')],
    [/weather in (\w+)/i, call('get_weather', '{"city": "$1"}')],
    [/time is it in (\w+)/i, call('get_time', '{"city": "$1"}')],
    [/dice with (\d+)/i, call('roll_dice', '{"sides": $1}')],
    [/TOOL_RESULT: .*sky/i, 'The sky is rainy and the temperature is 14.'],
    [/TOOL_RESULT: .*room/i, 'The room is 21 and the price is 80.'],
    [/as JSON|JSON object/i, '{"name": "Rex", "kind": "dog", "age": 3}'],
    [/story/i, 'Once upon a time there was a small dragon. The dragon lived near a quiet river.'],
    [/./s, 'Hello! How are you?'],
  ];
  const loadAgent: Subject['loadAgent'] = async (options) => {
    const agent = canned(
      await realSubject.loadAgent({ ...options, backend: 'local', model: 'unmocked-tiny' }),
      replies,
    );
    if (options.backend !== 'remote') return agent;
    const url = options.apiUrl!.replace(/\/*$/, '/');
    return altered(agent, {
      backend: () => 'remote',
      device: () => ({
        requested: 'remote',
        actual: 'remote',
        attempts: [{ device: 'remote', url, outcome: 'loaded', durationMs: 1 }],
        url,
      }),
    });
  };
  return {
    ...realSubject,
    loadAgent,
    validateStartup: (sources, options) =>
      realSubject.validateStartup(sources, { ...options, load: loadAgent }),
  };
}

const call = (name: string, args: string): string =>
  `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`;

/** Copies digest, session and tokenizer from a real agent, but never asks it to generate. */
function canned(agent: Agent, replies: [RegExp, string][]): Agent {
  const answer: Agent['invoke'] = async (input, options = {}) => {
    if (agent.disposed) return agent.invoke(input, options);
    const { role, content } = toChatInput(input).messages.at(-1)!;
    const message = role === 'tool' ? `TOOL_RESULT: ${content}` : content;
    const [pattern, reply] = replies.find(([candidate]) => candidate.test(message))!;
    const text = ` ${message.match(pattern)![0].replace(pattern, reply)}`;
    const prompt = `User: ${message}\nAssistant:`;
    const promptTokenIds = await agent.encode!(prompt);
    const end = agent.engineInfo?.eosTokenIds.slice(0, 1) ?? [];
    const all = [...(await agent.encode!(text)), ...end];
    const outputTokenIds = all.slice(0, options.maxTokens ?? 64);
    const said = await agent.decode!(outputTokenIds);
    outputTokenIds.forEach((tokenId, index) =>
      options.onToken?.({ index, tokenId, text: index === 0 ? said : '' }),
    );
    return {
      ...parseReply(said),
      metadata: {
        modelId: agent.model.id,
        device: agent.device.actual,
        finishReason: outputTokenIds.length < all.length ? 'length' : 'stop',
        text: said,
        rawText: said,
        prompt,
        promptTokenIds,
        outputTokenIds,
        usage: {
          promptTokens: promptTokenIds.length,
          prefilledTokens: promptTokenIds.length - 1,
          completionTokens: outputTokenIds.length,
          countedBy: 'engine',
        },
        seed: options.seed ?? 0,
        timings: { queued: 0, firstToken: 5, total: 50, tokensPerSecond: 300 },
      },
    };
  };
  return altered(agent, {
    invoke: () => answer,
    invokeWithTools: () => (input, _tools, options) => answer(input, options),
    stream:
      () =>
      (input, options = {}) =>
        streamOf((onToken) => answer(input, { ...options, onToken }), options),
  });
}
