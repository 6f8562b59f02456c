import type { Agent, AgentResponse, ResponseMetadata } from '../agents/agent.js';
import type { ScenarioContext } from './scenario.js';

const MESSAGE = 'Hello, this is a test.';
const GREETING = /\b(hello|hi|hey|greetings|welcome|good (day|morning|evening))\b/i;

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const maxTokens = 24;
  const greedy = { temperature: 0, signal: t.signal };
  const reply = await agent.invoke(MESSAGE, { ...greedy, maxTokens });
  const { metadata } = reply;
  t.metric('firstTokenMs', metadata.timings.firstToken);
  t.metric('tokensPerSecond', metadata.timings.tokensPerSecond);
  t.check('the reply is not empty', reply.response.length > 0, {
    actual: reply.response,
    expected: 'some text',
  });
  if (t.can(agent, 'prompt', 'the message is in the prompt'))
    t.check('the message is in the prompt', metadata.prompt.includes(MESSAGE), {
      actual: metadata.prompt,
    });
  if (t.can(agent, ['limits', 'usage'], 'the reply respects the token limit'))
    t.check('the reply respects the token limit', length(agent, metadata) <= maxTokens, {
      actual: length(agent, metadata),
      expected: `at most ${maxTokens}`,
    });
  if (!t.foreign)
    t.check(
      'every token of the reply was computed in this page',
      t.tokensComputed() >= metadata.outputTokenIds.length,
      { actual: t.tokensComputed(), expected: `at least ${metadata.outputTokenIds.length}` },
    );
  await checkTokens(t, agent, reply);
  checkFinish(t, 'the finish reason is correct', agent, reply, maxTokens);
  if (t.can(agent, 'chat', 'the reply is a greeting'))
    t.check('the reply is a greeting', GREETING.test(reply.response), {
      actual: reply.response,
      expected: String(GREETING),
    });

  const short = await agent.invoke(MESSAGE, { ...greedy, maxTokens: 1 });
  if (t.can(agent, ['limits', 'usage'], 'a limit of one token gives one token'))
    t.equal('a limit of one token gives one token', length(agent, short.metadata), 1);
  checkFinish(t, 'the finish reason of a truncated reply is correct', agent, short, 1);
  const repeated = 'greedy decoding starts with the same token again';
  if (t.can(agent, ['temperature', 'tokens'], repeated))
    t.equal(repeated, short.metadata.outputTokenIds[0], metadata.outputTokenIds[0]);
}

/** The tokens of a reply: its ids where the agent has them, or else its own count. */
const length = (agent: Agent, { outputTokenIds, usage }: ResponseMetadata): number =>
  agent.claims.includes('tokens') ? outputTokenIds.length : usage.completionTokens;

async function checkTokens(
  t: ScenarioContext,
  agent: Agent,
  { metadata }: AgentResponse,
): Promise<void> {
  const text = 'the text is the decoded token ids';
  const prompt = 'the prompt is the decoded prompt token ids';
  if (!t.can(agent, ['tokens', 'tokenizer'], text, prompt)) return;
  const decoded = await agent.decode!(metadata.outputTokenIds);
  // The stop sequence was computed but is not part of the reply.
  const expected =
    decoded.startsWith(metadata.text) && decoded.slice(metadata.text.length).startsWith('\nUser:')
      ? metadata.text
      : decoded;
  t.equal(text, metadata.text, expected);
  if (t.can(agent, 'prompt', prompt))
    t.equal(prompt, metadata.promptTokenIds, await agent.encode!(metadata.prompt));
}

function checkFinish(
  t: ScenarioContext,
  name: string,
  agent: Agent,
  { metadata }: AgentResponse,
  limit: number,
): void {
  if (!t.can(agent, ['limits', 'usage'], name)) return;
  const { finishReason } = metadata;
  if (!(['tokens', 'engine-info'] as const).every((claim) => agent.claims.includes(claim))) {
    // Nobody but the agent knows whether the last token ended the reply.
    const allowed = length(agent, metadata) < limit ? ['stop'] : ['stop', 'length'];
    t.check(name, allowed.includes(finishReason), { actual: finishReason, expected: allowed });
    return;
  }
  const last = metadata.outputTokenIds.at(-1)!;
  const ended =
    agent.engineInfo?.eosTokenIds.includes(last) || metadata.rawText.includes('\nUser:');
  t.equal(
    name,
    finishReason,
    ended ? 'stop' : metadata.outputTokenIds.length === limit ? 'length' : 'stop or length',
  );
}
