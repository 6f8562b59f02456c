import type { Message } from '../agents/agent.js';
import type { ScenarioContext } from './scenario.js';

const NAME = 'Zorvik';
const TURNS = [`My name is ${NAME}.`, 'What is 2 plus 3?', 'What is my name?'];

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.load();
  const sessionId = 'conversation-flow';
  const options = { maxTokens: 16, signal: t.signal };
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
    if (index > 0) {
      t.check(`turn ${turn} used the KV cache`, usage.prefilledTokens < usage.promptTokens, {
        actual: `${usage.prefilledTokens} of ${usage.promptTokens} prompt tokens computed`,
        expected: 'fewer than all',
      });
      t.equal(
        `turn ${turn}'s prompt starts with the conversation so far`,
        promptTokenIds.slice(0, spoken.length),
        spoken,
      );
    }
    spoken = [...promptTokenIds, ...outputTokenIds];

    // The same conversation without the cache: every prompt token is computed.
    const fresh = await agent.invoke([...history, message], { ...options, useCache: false });
    t.equal(
      `turn ${turn} computes the same tokens without the KV cache`,
      fresh.metadata.outputTokenIds,
      outputTokenIds,
    );
    t.equal(
      `turn ${turn} without the KV cache computes the whole prompt`,
      fresh.metadata.usage.prefilledTokens,
      fresh.metadata.usage.promptTokens,
    );
    history.push(message, { role: 'assistant', content: response, raw: metadata.rawText });
  }
  if (t.model.capabilities.includes('chat')) {
    t.check('the model remembers a name from two turns earlier', replies[2]!.includes(NAME), {
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
  } else {
    t.skipCheck(
      'the model remembers a name from two turns earlier',
      `"${t.model.id}" has no chat training`,
    );
  }
}
