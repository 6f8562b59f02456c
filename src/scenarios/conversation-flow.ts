import type { Message } from '../agents/agent.js';
import { mentions, turn as turnOf } from './ask.js';
import type { ScenarioContext } from './scenario.js';

const ASK_NAME = 'What is my name?';
const ASK_FRIEND = 'Who is my best friend?';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const sessionId = 'conversation-flow';
  const options = { maxTokens: 32, temperature: 0, signal: t.signal };
  const [name, wrong, friend] = [t.fillers.name(), t.fillers.name(), t.fillers.name()];
  const turns = [
    `My name is ${name}.`,
    `My best friend is ${wrong}.`,
    `Actually, my best friend is ${friend}.`,
    ASK_NAME,
    ASK_FRIEND,
  ];
  const replies = new Map<string, string>();
  const history: Message[] = [];
  let spoken: number[] = [];
  for (const [index, content] of turns.entries()) {
    const message: Message = { role: 'user', content };
    const turn = index + 1;
    const { response, metadata } = await agent.invoke({ messages: [message], sessionId }, options);
    const { promptTokenIds, outputTokenIds, usage } = metadata;
    replies.set(content, response);
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
  const remembers = 'the model remembers a name from three turns earlier';
  const corrected = 'what was corrected counts, not what was said first';
  const apart = 'another session does not know the name';
  if (!t.can(agent, 'chat', remembers, corrected, apart)) return;
  const told = replies.get(ASK_NAME)!;
  t.check(remembers, mentions(told, [name]), { actual: told, expected: `a reply with "${name}"` });
  const answer = replies.get(ASK_FRIEND)!;
  t.check(corrected, mentions(answer, [friend]) && !mentions(answer, [wrong]), {
    actual: answer,
    expected: `a reply with "${friend}", not "${wrong}"`,
  });
  const stranger = await agent.invoke(turnOf('somebody-else', ASK_NAME), options);
  t.check(apart, !mentions(stranger.response, [name]), {
    actual: stranger.response,
    expected: `a reply without "${name}"`,
  });
}
