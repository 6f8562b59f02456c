import type { Agent, AgentResponse } from '../agents/agent.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Hello, this is a test.';
const GREETING = /\b(hello|hi|hey|greetings|welcome|good (day|morning|evening))\b/i;

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.load();
  const maxTokens = 24;
  const reply = await agent.invoke(MESSAGE, { maxTokens, signal: t.signal });
  const { metadata } = reply;
  t.metric('firstTokenMs', metadata.timings.firstToken);
  t.metric('tokensPerSecond', metadata.timings.tokensPerSecond);
  t.check('the reply is not empty', reply.response.length > 0, {
    actual: reply.response,
    expected: 'some text',
  });
  t.check('the message is in the prompt', metadata.prompt.includes(MESSAGE), {
    actual: metadata.prompt,
  });
  t.check('the reply respects the token limit', metadata.outputTokenIds.length <= maxTokens, {
    actual: metadata.outputTokenIds.length,
    expected: `at most ${maxTokens}`,
  });
  t.check(
    'every token of the reply was computed in this page',
    t.tokensComputed() >= metadata.outputTokenIds.length,
    { actual: t.tokensComputed(), expected: `at least ${metadata.outputTokenIds.length}` },
  );
  await checkTokens(t, agent, reply);
  checkFinish(t, 'the finish reason is correct', agent, reply, maxTokens);
  if (t.model.capabilities.includes('chat'))
    t.check('the reply is a greeting', GREETING.test(reply.response), {
      actual: reply.response,
      expected: String(GREETING),
    });
  else t.skipCheck('the reply is a greeting', `"${t.model.id}" has no chat training`);

  const short = await agent.invoke(MESSAGE, { maxTokens: 1, signal: t.signal });
  t.equal('a limit of one token gives one token', short.metadata.outputTokenIds.length, 1);
  checkFinish(t, 'the finish reason of a truncated reply is correct', agent, short, 1);
  t.equal(
    'greedy decoding starts with the same token again',
    short.metadata.outputTokenIds[0],
    metadata.outputTokenIds[0],
  );
}

async function checkTokens(
  t: ScenarioContext,
  agent: Agent,
  { metadata }: AgentResponse,
): Promise<void> {
  if (!agent.encode || !agent.decode)
    return t.skipCheck(
      'the text is the decoded token ids',
      'the agent has no tokenizer in this page',
    );
  const decoded = await agent.decode(metadata.outputTokenIds);
  // The stop sequence was computed but is not part of the reply.
  const text =
    decoded.startsWith(metadata.text) && decoded.slice(metadata.text.length).startsWith('\nUser:')
      ? metadata.text
      : decoded;
  t.equal('the text is the decoded token ids', metadata.text, text);
  t.equal(
    'the prompt is the decoded prompt token ids',
    metadata.promptTokenIds,
    await agent.encode(metadata.prompt),
  );
}

function checkFinish(
  t: ScenarioContext,
  name: string,
  agent: Agent,
  { metadata }: AgentResponse,
  limit: number,
): void {
  const last = metadata.outputTokenIds.at(-1)!;
  const ended =
    agent.engineInfo?.eosTokenIds.includes(last) || metadata.rawText.includes('\nUser:');
  t.equal(
    name,
    metadata.finishReason,
    ended ? 'stop' : metadata.outputTokenIds.length === limit ? 'length' : 'stop or length',
  );
}
