import type { AgentChunk, AgentResponse } from '../agents/agent.js';
import { hasCode } from '../errors.js';
import { isComparable, isProjectServer } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
const SYSTEM = 'You are Luna, a healer.';
const TURNS = ['My name is Zorvik.', 'What is 2 plus 3?', 'What is my name?'];

export async function run(t: ScenarioContext): Promise<void> {
  // Token ids are asked of servers of which it is known that they do not refuse the question.
  const ours = isProjectServer(t);
  const options = {
    maxTokens: 32,
    temperature: 0,
    signal: t.signal,
    ...(ours ? { extraBody: { return_token_ids: true } } : {}),
  };
  const agent = await t.loadRemote();
  t.reportOn(agent);
  t.equal(
    'the trace says that the server was reached',
    agent.device.attempts.map(({ device, outcome }) => [device, outcome]),
    [['remote', 'loaded']],
  );
  t.equal(
    'the agent is remote',
    [agent.backend, agent.device.requested, agent.device.actual],
    ['remote', 'remote', 'remote'],
  );

  const whole = await agent.invoke(MESSAGE, options);
  const stream = agent.stream(MESSAGE, options);
  const chunks: AgentChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const streamed = await stream.response;
  t.metric('firstTokenMs', streamed.metadata.timings.firstToken);
  t.check('the reply is not empty', (whole.response || whole.thinking) !== '', {
    actual: whole.metadata.text,
  });
  t.check('the stream comes in pieces', chunks.filter(({ text }) => text !== '').length > 2, {
    actual: chunks.length,
    expected: 'more than 2',
  });
  t.equal(
    'the pieces joined are the reply',
    chunks.map(({ text }) => text).join(''),
    streamed.metadata.text,
  );
  const counts = ({
    metadata: {
      usage: { promptTokens, completionTokens },
    },
  }: AgentResponse) => [promptTokens, completionTokens];
  if (ours) {
    t.equal('streamed and not, the reply is the same', streamed.metadata.text, whole.metadata.text);
    t.equal(
      'streamed and not, it ends for the same reason',
      streamed.metadata.finishReason,
      whole.metadata.finishReason,
    );
    t.equal('streamed and not, it counts the same', counts(streamed), counts(whole));
  } else {
    t.skipCheck(
      'streamed and not, the reply is the same',
      'a server that computes several requests at once need not repeat itself',
    );
  }
  const { usage } = whole.metadata;
  t.equal('the server counts its tokens', usage.countedBy, 'server');
  t.check(
    'it counts what it was asked and what it said',
    usage.promptTokens > 0 && usage.completionTokens > 0 && usage.completionTokens <= 32,
    { actual: usage, expected: '1 to 32 completion tokens' },
  );
  if (ours)
    t.equal(
      'usage is the number of token ids',
      [whole.metadata.promptTokenIds.length, whole.metadata.outputTokenIds.length],
      [usage.promptTokens, usage.completionTokens],
    );
  else t.skipCheck('usage is the number of token ids', 'the server is not known to give them');

  const local = await t.load();
  if (isComparable(t, local)) {
    const here = await local.invoke(MESSAGE, options);
    t.equal(
      'the same model in this page says the same',
      whole.metadata.text,
      here.metadata.text.trimStart(),
    ); // a server sends no space before the reply
    t.equal(
      'the prompt has as many tokens',
      usage.promptTokens,
      here.metadata.promptTokenIds.length,
    );
    t.equal(
      'the reply has as many tokens',
      usage.completionTokens,
      here.metadata.outputTokenIds.length,
    );
    t.equal(
      'it ends for the same reason as in this page',
      whole.metadata.finishReason,
      here.metadata.finishReason,
    );
    if (ours) {
      t.equal(
        'the output is the same token for token',
        whole.metadata.outputTokenIds,
        here.metadata.outputTokenIds,
      );
      t.equal('so is the prompt', whole.metadata.promptTokenIds, here.metadata.promptTokenIds);
    }
    // A base model goes on as somebody else; what is kept of that is not the same text.
    for (const userMessage of t.model.capabilities.includes('chat') ? TURNS : []) {
      const say = { userMessage, systemContext: SYSTEM, sessionId: 'both' };
      const [there, inPage] = [await agent.invoke(say, options), await local.invoke(say, options)];
      t.equal(
        `in a conversation: "${userMessage}" gets the same reply`,
        [there.response, there.metadata.usage.promptTokens],
        [inPage.response, inPage.metadata.usage.promptTokens],
      );
    }
  } else {
    t.skipCheck(
      'the same model in this page says the same',
      `the server's model is "${agent.model.id}", this page's "${t.model.id}" in ${local.model.dtype}`,
    );
  }

  const { apiKey } = t.server;
  if (apiKey && apiKey.length >= 8)
    t.check(
      'the key is in nothing that an agent says',
      !JSON.stringify([agent.device, agent.model, whole]).includes(apiKey),
      { expected: 'no key' },
    );
  await agent.dispose();
  await t.rejects(
    'a disposed agent says so when asked',
    () => agent.invoke('Hello?'),
    'disposed',
    (error) => hasCode(error, 'disposed'),
  );
}
