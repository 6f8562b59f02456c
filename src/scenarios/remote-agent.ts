import type { AgentChunk, AgentResponse, ChatInput } from '../agents/agent.js';
import { hasCode } from '../errors.js';
import { isComparable, isProjectServer } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Tell me a story about a dragon.';
const SYSTEM = 'You are Luna, a healer.';

export async function run(t: ScenarioContext): Promise<void> {
  // Only this project's server is known to accept a request for token ids.
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
    'the trace shows that the server was reached',
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
  t.check('the stream has several chunks', chunks.filter(({ text }) => text !== '').length > 2, {
    actual: chunks.length,
    expected: 'more than 2',
  });
  t.equal(
    'the joined chunks are the reply',
    chunks.map(({ text }) => text).join(''),
    streamed.metadata.text,
  );
  const counts = ({
    metadata: {
      usage: { promptTokens, completionTokens },
    },
  }: AgentResponse) => [promptTokens, completionTokens];
  if (ours) {
    t.equal('streaming does not change the reply', streamed.metadata.text, whole.metadata.text);
    t.equal(
      'streaming does not change the finish reason',
      streamed.metadata.finishReason,
      whole.metadata.finishReason,
    );
    t.equal('streaming does not change the usage', counts(streamed), counts(whole));
  } else {
    t.skipCheck(
      'streaming does not change the reply',
      'a server that batches requests may compute different replies',
    );
  }
  const { usage } = whole.metadata;
  t.equal('the server counts its tokens', usage.countedBy, 'server');
  t.check(
    'the server counts prompt tokens and completion tokens',
    usage.promptTokens > 0 && usage.completionTokens > 0 && usage.completionTokens <= 32,
    { actual: usage, expected: '1 to 32 completion tokens' },
  );
  if (ours)
    t.equal(
      'usage matches the number of token ids',
      [whole.metadata.promptTokenIds.length, whole.metadata.outputTokenIds.length],
      [usage.promptTokens, usage.completionTokens],
    );
  else
    t.skipCheck(
      'usage matches the number of token ids',
      'the server is not known to return token ids',
    );

  const local = await t.load();
  if (isComparable(t, local)) {
    const here = await local.invoke(MESSAGE, options);
    t.equal(
      'the same model in this page gives the same reply',
      whole.metadata.text,
      here.metadata.text.trimStart(),
    ); // a server trims the space before the reply
    t.equal(
      'the prompt has as many tokens as in this page',
      usage.promptTokens,
      here.metadata.promptTokenIds.length,
    );
    t.equal(
      'the reply has as many tokens as in this page',
      usage.completionTokens,
      here.metadata.outputTokenIds.length,
    );
    t.equal(
      'the finish reason is the same as in this page',
      whole.metadata.finishReason,
      here.metadata.finishReason,
    );
    if (ours) {
      t.equal(
        'the output token ids are the same as in this page',
        whole.metadata.outputTokenIds,
        here.metadata.outputTokenIds,
      );
      t.equal(
        'the prompt token ids are the same as in this page',
        whole.metadata.promptTokenIds,
        here.metadata.promptTokenIds,
      );
    }
    // A base model continues with other speakers, and server and page cut that text differently.
    const turns = [`My name is ${t.fillers.name()}.`, 'What is 2 plus 3?', 'What is my name?'];
    for (const [index, content] of t.model.capabilities.includes('chat') ? turns.entries() : []) {
      const input: ChatInput = {
        messages: [{ role: 'user', content }],
        system: SYSTEM,
        sessionId: 'both',
      };
      const there = await agent.invoke(input, options);
      const inPage = await local.invoke(input, options);
      t.equal(
        `in a conversation: turn ${index + 1} gets the same reply`,
        [there.response, there.metadata.usage.promptTokens],
        [inPage.response, inPage.metadata.usage.promptTokens],
      );
    }
  } else {
    t.skipCheck(
      'the same model in this page gives the same reply',
      `the server's model is "${agent.model.id}", ` +
        `this page's "${t.model.id}" in ${local.model.dtype}`,
    );
  }

  const { apiKey } = t.server;
  if (apiKey && apiKey.length >= 8)
    t.check(
      'the agent never reveals the key',
      !JSON.stringify([agent.device, agent.model, whole]).includes(apiKey),
      { expected: 'no key' },
    );
  await agent.dispose();
  await t.rejects(
    'a disposed agent refuses requests',
    () => agent.invoke('Hello?'),
    'disposed',
    (error) => hasCode(error, 'disposed'),
  );
}
