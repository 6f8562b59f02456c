import { expect } from '@esm-bundle/chai';
import type { FinishReason, Tool } from '../../src/agents/agent.js';
import type { ChatBackend, Completion, CompletionRequest } from '../../src/agents/backend.js';
import { ChatAgent } from '../../src/agents/chat-agent.js';
import { defaultSettings } from '../../src/settings/definitions.js';
import { rejection } from '../helpers.js';

/* What an agent makes of its backend, without a model. Both real backends are in
   test/agents.test.ts and test/remote-agent.test.ts. */

const DICE: Tool = { name: 'roll', parameters: { properties: { sides: { type: 'integer' } } } };
const user = (content: string) => ({ role: 'user' as const, content });

const completion = (text: string, finishReason: FinishReason = 'stop'): Completion => ({
  facts: {
    finishReason,
    text,
    rawText: text,
    prompt: '',
    promptTokenIds: [],
    outputTokenIds: [],
    usage: { promptTokens: 0, prefilledTokens: 0, completionTokens: 0, countedBy: 'nobody' },
  },
  timings: { queued: 0, firstToken: 1, total: 1 },
  message: { content: text },
  toolCalls: [],
  problems: [],
});

/** An agent that gives these answers, and the requests that its backend got. */
function agentOf(...answers: (Completion | Error)[]) {
  const requests: CompletionRequest[] = [];
  const calls: string[] = [];
  const backend: ChatBackend = {
    kind: 'remote',
    claims: ['chat'],
    model: { id: 'm', title: 'm', capabilities: ['chat'] },
    device: { requested: 'remote', actual: 'remote', attempts: [], url: 'http://server.example/' },
    complete: async (request) => {
      requests.push(request);
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    forget: async (conversation) => void calls.push(`forget ${conversation}`),
    dispose: () => void calls.push('dispose'),
  };
  const settings = { ...defaultSettings(), system: 'Be brief.', reasoningEffort: 'low' as const };
  return { agent: new ChatAgent(backend, settings), requests, calls };
}

describe('ChatAgent', () => {
  it('ends a reply with `tool_calls` only if it ended by itself', async () => {
    const call = 'TOOL_CALL: roll(sides=6)';
    for (const [reason, expected] of [
      ['stop', 'tool_calls'],
      ['length', 'length'],
      ['tool_calls', 'tool_calls'],
    ] as const) {
      const { agent } = agentOf(completion(call, reason));
      expect((await agent.invoke('Roll.')).metadata.finishReason).to.equal(expected);
    }
    const { agent } = agentOf(completion('Hello.'));
    expect((await agent.invoke('Hi.')).metadata.finishReason).to.equal('stop');
  });

  it('joins calls that came apart with those in the text, and types the latter', async () => {
    const apart = { name: 'now', arguments: { zone: null }, id: 'call_1' };
    const { agent } = agentOf({
      ...completion('TOOL_CALL: roll(sides=6)'),
      toolCalls: [apart],
      problems: ['a problem'],
    });
    const { toolCalls, problems, response } = await agent.invokeWithTools('Roll.', [DICE]);
    expect(toolCalls.map(({ name, arguments: args }) => [name, args])).to.deep.equal([
      ['now', { zone: null }],
      ['roll', { sides: 6 }],
    ]);
    expect([problems, response]).to.deep.equal([['a problem'], '']);
  });

  it('continues a session: history, system prompt, tools and effort', async () => {
    const { agent, requests } = agentOf(
      completion('Well.\nTOOL_CALL: roll(sides=6)'),
      completion('You rolled 4.'),
    );
    const first = { messages: [user('Roll.')], system: 'You are Milo.', tools: [DICE] };
    const { toolCalls } = await agent.invoke({ ...first, sessionId: 's' });
    await agent.invoke({
      messages: [{ role: 'tool', content: '4' }],
      sessionId: 's',
      reasoningEffort: 'none',
    });
    const { messages, tools, reasoningEffort, conversation } = requests[1]!;
    expect(messages).to.deep.equal([
      { role: 'system', content: 'You are Milo.' },
      { ...user('Roll.'), reasoningEffort: 'low' },
      { role: 'assistant', content: 'Well.', toolCalls },
      { role: 'tool', content: '4' },
    ]);
    expect([tools, reasoningEffort, conversation]).to.deep.equal([[DICE], 'none', 's']);
  });

  it('keeps the raw output in the history', async () => {
    const { agent, requests } = agentOf(
      { ...completion('Hello.'), message: { content: ' Hello. ', raw: ' Hello. <eos>' } },
      completion('Bye.'),
    );
    for (const text of ['Hi.', 'Bye.'])
      await agent.invoke({ messages: [user(text)], sessionId: 's', reasoningEffort: 'none' });
    expect(requests[1]!.messages[2]).to.deep.equal({
      role: 'assistant',
      content: 'Hello.',
      raw: ' Hello. <eos>',
    });
  });

  it('forgets a failed turn, and a session on request', async () => {
    const { agent, requests, calls } = agentOf(
      new Error('broken'),
      completion('One.'),
      completion('Two.'),
    );
    const ask = (text: string) => agent.invoke({ messages: [user(text)], sessionId: 's' });
    await rejection(ask('lost'));
    await ask('first');
    await agent.forget('s');
    await ask('second');
    const said = requests.map(({ messages }) => messages.map(({ content }) => content));
    expect(said).to.deep.equal([
      ['Be brief.', 'lost'],
      ['Be brief.', 'first'],
      ['Be brief.', 'second'],
    ]);
    expect(calls).to.deep.equal(['forget s']);
  });

  it('puts facts of the game framework at the end of any system prompt', async () => {
    const { agent, requests } = agentOf(...Array.from({ length: 3 }, () => completion('Yes.')));
    const userProfile = { name: 'Ada' };
    await agent.invoke({ userMessage: 'Hi.', userProfile });
    await agent.invoke({ userMessage: 'Hi.', userProfile, systemContext: '' });
    await agent.invoke({
      userMessage: 'Hi.',
      userProfile,
      memory: [{ role: 'system', content: 'You are Milo.' }],
    });
    expect(requests.map(({ messages }) => messages[0]!.content)).to.deep.equal([
      'Be brief. User profile: name=Ada.',
      'User profile: name=Ada.',
      'You are Milo. User profile: name=Ada.',
    ]);
  });

  it('disposes of its backend once, and names itself afterwards', async () => {
    const { agent, calls } = agentOf();
    await agent.dispose();
    await agent.dispose();
    const error = await rejection(agent.invoke('Hi.'));
    expect([calls, error.code]).to.deep.equal([['dispose'], 'disposed']);
    expect(error.message).to.include('"m" at http://server.example/');
    expect(agent.encode, 'no tokenizer').to.equal(undefined);
  });
});
