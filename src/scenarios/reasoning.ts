import type { AgentChunk, AgentResponse, ChatInput, InvokeOptions } from '../agents/agent.js';
import { type Examined, onEachAgent } from './each-agent.js';
import type { ScenarioContext } from './scenario.js';

const INPUT: ChatInput = {
  messages: [{ role: 'user', content: 'what is 9 plus 6?' }],
  reasoningEffort: 'low',
};
const TAG = /<\/?(think|thinking|reasoning)>/;

/** An agent, or a way to ask one. */
type Asked = Omit<Examined, 'where'> & { where: string; options: InvokeOptions };

export async function run(t: ScenarioContext): Promise<void> {
  // Nobody knows how long somebody else's model thinks.
  const options = { maxTokens: t.foreign ? 1024 : 48, temperature: 0, signal: t.signal };
  await onEachAgent(t, async (examined) => {
    // Another server may strip the tags. This project's server is known to keep them in the text.
    await examine(t, { ...examined, options }, examined.strict);
  });
  if (t.foreign) return;
  // llama.cpp's option for the DeepSeek format: no tags, and the reasoning in a separate field.
  if (t.server.faults)
    await examine(
      t,
      {
        agent: await t.loadRemote(),
        where: 'in a separate field',
        strict: true,
        can: () => true,
        options: { ...options, extraBody: { reasoning_format: 'deepseek' } },
      },
      false,
    );
  else
    t.skipCheck('in a separate field: the model reasons', 'the server is not known to support it');
}

/** @param tagged whether the tags of the reasoning are in the text. */
async function examine(t: ScenarioContext, asked: Asked, tagged: boolean): Promise<void> {
  const { agent, where, strict, options } = asked;
  const whole = await agent.invoke(INPUT, options);
  if (!strict && !t.foreign && whole.thinking === '')
    return t.skipCheck(`${where}: the model reasons`, "the server's model does not think");
  t.check(
    `${where}: the model reasons`,
    strict ? /9 plus 6 is 15/.test(whole.thinking) : whole.thinking !== '',
    { actual: whole.thinking, expected: '9 plus 6 is 15.' },
  );
  t.check(
    `${where}: the reply contains no reasoning`,
    /15/.test(whole.response) &&
      !TAG.test(whole.response) &&
      !whole.response.includes(whole.thinking),
    { actual: whole.response, expected: 'The answer is 15.' },
  );
  t.equal(`${where}: no problem is reported`, whole.problems, []);
  await checkStream(t, asked, whole, tagged);
  await checkUnclosed(t, asked, whole);
}

async function checkStream(
  t: ScenarioContext,
  { agent, where, can, options }: Asked,
  whole: AgentResponse,
  tagged: boolean,
): Promise<void> {
  const sameReasoning = `${where}: streaming does not change the reasoning`;
  const sameReply = `${where}: streaming does not change the reply`;
  const together = `${where}: reasoning and reply together are the whole text`;
  const apart = `${where}: no chunk has both`;
  const first = `${where}: reasoning arrives before the reply`;
  if (!can('streaming', sameReasoning, sameReply, together, apart, first)) return;
  const chunks = await allChunks(agent.stream(INPUT, options));
  if (can('temperature', sameReasoning, sameReply)) {
    t.equal(sameReasoning, joined(chunks, 'thinking').trim(), whole.thinking);
    t.equal(sameReply, joined(chunks, 'response').trim(), whole.response);
  }
  t.equal(
    together,
    chunks.map(({ thinking, response }) => thinking + response).join(''),
    joined(chunks, 'text').replaceAll(new RegExp(TAG, 'g'), ''),
  );
  t.check(
    apart,
    chunks.every(({ thinking, response }) => !thinking.trim() || !response.trim()),
    { actual: chunks.filter(({ thinking, response }) => thinking.trim() && response.trim()) },
  );
  t.check(
    first,
    chunks.findIndex(({ thinking }) => thinking.trim() !== '') <
      chunks.findIndex(({ response }) => response.trim() !== ''),
    { actual: chunks.map(({ thinking, response }) => [thinking, response]) },
  );
  // Then the agent itself took the reasoning out, and not the server.
  if (tagged)
    t.check(`${where}: the text has the tags`, TAG.test(joined(chunks, 'text')), {
      actual: chunks.map(({ text }) => text),
    });
}

/** Cuts inside the reasoning, so that its tag never closes. */
async function checkUnclosed(
  t: ScenarioContext,
  { agent, where, can, options }: Asked,
  whole: AgentResponse,
): Promise<void> {
  const staysOut = `${where}: unclosed reasoning stays out of the reply`;
  const sameWay = `${where}: streaming handles unclosed reasoning the same way`;
  if (!can(['limits', 'usage', 'temperature'], staysOut, sameWay)) return;
  // Somebody else's model can think briefly and answer at length.
  const middle = Math.floor(whole.metadata.usage.completionTokens / 2) - 3;
  const maxTokens = Math.max(4, t.foreign ? Math.min(middle, 24) : middle);
  const open = await agent.invoke(INPUT, { ...options, maxTokens });
  t.check(
    staysOut,
    open.response === '' && open.thinking !== '' && whole.thinking.startsWith(open.thinking),
    { actual: [open.thinking, open.response], expected: [whole.thinking, ''] },
  );
  if (can('streaming', sameWay)) {
    const chunks = await allChunks(agent.stream(INPUT, { ...options, maxTokens }));
    t.equal(
      sameWay,
      [joined(chunks, 'thinking').trim(), joined(chunks, 'response').trim()],
      [open.thinking, ''],
    );
  }
  if (where === 'in this page')
    t.check(
      'in this page: unclosed reasoning is reported',
      open.problems.some((problem) => /never closed/.test(problem)),
      { actual: open.problems },
    );
}

const joined = (chunks: readonly AgentChunk[], part: 'text' | 'thinking' | 'response'): string =>
  chunks.map((chunk) => chunk[part]).join('');

async function allChunks(stream: AsyncIterable<AgentChunk>): Promise<AgentChunk[]> {
  const chunks: AgentChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
