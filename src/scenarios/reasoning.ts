import type { Agent, AgentChunk, ChatInput, InvokeOptions } from '../agents/agent.js';
import { onBothBackends } from './both-backends.js';
import type { ScenarioContext } from './scenario.js';

const QUESTION = 'what is 9 plus 6?';
const TAG = /<\/?(think|thinking|reasoning)>/;

export async function run(t: ScenarioContext): Promise<void> {
  const plain = { maxTokens: 48, temperature: 0, signal: t.signal };
  const input: ChatInput = {
    messages: [{ role: 'user', content: QUESTION }],
    reasoningEffort: 'low',
  };

  const examine = async (
    agent: Agent,
    where: string,
    strict: boolean,
    spans: boolean,
    options: InvokeOptions = plain,
  ) => {
    const whole = await agent.invoke(input, options);
    if (!strict && whole.thinking === '')
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

    const stream = agent.stream(input, options);
    const chunks: AgentChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const joined = (part: 'text' | 'thinking' | 'response') =>
      chunks.map((chunk) => chunk[part]).join('');
    t.equal(
      `${where}: streaming does not change the reasoning`,
      joined('thinking').trim(),
      whole.thinking,
    );
    t.equal(
      `${where}: streaming does not change the reply`,
      joined('response').trim(),
      whole.response,
    );
    t.equal(
      `${where}: reasoning and reply together are the whole text`,
      chunks.map(({ thinking, response }) => thinking + response).join(''),
      joined('text').replaceAll(new RegExp(TAG, 'g'), ''),
    );
    t.check(
      `${where}: no chunk has both`,
      chunks.every(({ thinking, response }) => !thinking.trim() || !response.trim()),
      { actual: chunks.filter(({ thinking, response }) => thinking.trim() && response.trim()) },
    );
    t.check(
      `${where}: reasoning arrives before the reply`,
      chunks.findIndex(({ thinking }) => thinking.trim() !== '') <
        chunks.findIndex(({ response }) => response.trim() !== ''),
      { actual: chunks.map(({ thinking, response }) => [thinking, response]) },
    );
    if (spans)
      t.check(
        `${where}: the tag really spans chunks`,
        chunks.every(({ text }) => !TAG.test(text)) && TAG.test(joined('text')),
        { actual: chunks.map(({ text }) => text) },
      );

    // Cut inside the reasoning, so that its tag never closes.
    const cutAt = Math.max(4, Math.floor(whole.metadata.usage.completionTokens / 2) - 3);
    const open = await agent.invoke(input, { ...options, maxTokens: cutAt });
    t.check(
      `${where}: unclosed reasoning stays out of the reply`,
      open.response === '' && open.thinking !== '' && whole.thinking.startsWith(open.thinking),
      { actual: [open.thinking, open.response], expected: [whole.thinking, ''] },
    );
    const openChunks: AgentChunk[] = [];
    for await (const chunk of agent.stream(input, { ...options, maxTokens: cutAt }))
      openChunks.push(chunk);
    t.equal(
      `${where}: streaming handles unclosed reasoning the same way`,
      [
        openChunks
          .map(({ thinking }) => thinking)
          .join('')
          .trim(),
        openChunks
          .map(({ response }) => response)
          .join('')
          .trim(),
      ],
      [open.thinking, ''],
    );
    return { whole, open };
  };

  await onBothBackends(t, async (agent, where, strict) => {
    // Another server may strip the tags. This project's server is known to keep them in the text.
    const examined = await examine(agent, where, strict, strict);
    if (examined && where === 'in this page')
      t.check(
        'in this page: unclosed reasoning is reported',
        examined.open.problems.some((problem) => /never closed/.test(problem)),
        { actual: examined.open.problems },
      );
  });
  // llama.cpp's option for the DeepSeek format: no tags, and the reasoning in a separate field.
  if (t.server.faults)
    await examine(await t.loadRemote(), 'in a separate field', true, false, {
      ...plain,
      extraBody: { reasoning_format: 'deepseek' },
    });
  else
    t.skipCheck('in a separate field: the model reasons', 'the server is not known to support it');
}
