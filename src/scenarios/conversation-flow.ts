import type { Message } from '../agents/agent.js';
import type { ScenarioContext } from './scenario.js';

const NAME = 'Zorvik';
const TURNS = [`My name is ${NAME}.`, 'What is 2 plus 3?', 'What is my name?'];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const sessionId = 'conversation-flow';
  const options = { maxTokens: 16, temperature: 0, signal: t.signal };
  const replies: string[] = [];
  const history: Message[] = [];
  let spoken: number[] = [];
  for (const [index, content] of TURNS.entries()) {
    const message: Message = { role: 'user', content };
    const turn = index + 1;
    const { response, metadata } = await agent.invoke({ messages: [message], sessionId }, options);
    const { promptTokenIds, outputTokenIds, usage } = metadata;
    replies.push(response);
    t.metric(`turn${turn}FirstTokenMs`, metadata.timings.firstToken);
    const used = `turn ${turn} used the KV cache`;
    const continues = `turn ${turn}'s prompt starts with the conversation so far`;
    const same = `turn ${turn} computes the same tokens without the KV cache`;
    const wholePrompt = `turn ${turn} without the KV cache computes the whole prompt`;
    history.push(message, { role: 'assistant', content: response, raw: metadata.rawText });
    const names = index > 0 ? [used, continues, same, wholePrompt] : [same, wholePrompt];
    if (!t.can(agent, ['kv-cache', 'tokens', 'usage'], ...names)) continue;
    if (index > 0) {
      t.check(used, usage.prefilledTokens < usage.promptTokens, {
        actual: `${usage.prefilledTokens} of ${usage.promptTokens} prompt tokens computed`,
        expected: 'fewer than all',
      });
      t.equal(continues, promptTokenIds.slice(0, spoken.length), spoken);
    }
    spoken = [...promptTokenIds, ...outputTokenIds];

    // The same conversation without the cache: every prompt token is computed.
    const fresh = await agent.invoke(history.slice(0, -1), { ...options, useCache: false });
    t.equal(same, fresh.metadata.outputTokenIds, outputTokenIds);
    t.equal(wholePrompt, fresh.metadata.usage.prefilledTokens, fresh.metadata.usage.promptTokens);
  }
  const remembers = 'the model remembers a name from two turns earlier';
  if (t.can(agent, 'chat', remembers)) {
    t.check(remembers, replies[2]!.includes(NAME), {
      actual: replies[2],
      expected: `a reply with "${NAME}"`,
    });
    const stranger = await agent.invoke(
      { messages: [{ role: 'user', content: TURNS[2]! }], sessionId: 'somebody-else' },
      options,
    );
    t.check('another session does not know the name', !stranger.response.includes(NAME), {
      actual: stranger.response,
      expected: `a reply without "${NAME}"`,
    });
  }
}
