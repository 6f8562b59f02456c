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
      return t.skipCheck(`${where}: there is reasoning`, "the server's model does not think");
    t.check(
      `${where}: there is reasoning`,
      strict ? /9 plus 6 is 15/.test(whole.thinking) : whole.thinking !== '',
      { actual: whole.thinking, expected: '9 plus 6 is 15.' },
    );
    t.check(
      `${where}: there is a reply, without it`,
      /15/.test(whole.response) &&
        !TAG.test(whole.response) &&
        !whole.response.includes(whole.thinking),
      { actual: whole.response, expected: 'The answer is 15.' },
    );
    t.equal(`${where}: nothing is wrong with it`, whole.problems, []);

    const stream = agent.stream(input, options);
    const chunks: AgentChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const joined = (part: 'text' | 'thinking' | 'response') =>
      chunks.map((chunk) => chunk[part]).join('');
    t.equal(
      `${where}: streamed, the reasoning is the same`,
      joined('thinking').trim(),
      whole.thinking,
    );
    t.equal(`${where}: streamed, the reply is the same`, joined('response').trim(), whole.response);
    t.equal(
      `${where}: the two together are all of the text`,
      chunks.map(({ thinking, response }) => thinking + response).join(''),
      joined('text').replaceAll(new RegExp(TAG, 'g'), ''),
    );
    t.check(
      `${where}: no chunk is both`,
      chunks.every(({ thinking, response }) => !thinking.trim() || !response.trim()),
      { actual: chunks.filter(({ thinking, response }) => thinking.trim() && response.trim()) },
    );
    t.check(
      `${where}: reasoning comes while the reply is still to come`,
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

    // Cut within the reasoning: its end never comes.
    const cutAt = Math.max(4, Math.floor(whole.metadata.usage.completionTokens / 2) - 3);
    const open = await agent.invoke(input, { ...options, maxTokens: cutAt });
    t.check(
      `${where}: reasoning that never ends is reasoning`,
      open.response === '' && open.thinking !== '' && whole.thinking.startsWith(open.thinking),
      { actual: [open.thinking, open.response], expected: [whole.thinking, ''] },
    );
    const openChunks: AgentChunk[] = [];
    for await (const chunk of agent.stream(input, { ...options, maxTokens: cutAt }))
      openChunks.push(chunk);
    t.equal(
      `${where}: streamed too`,
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
    // A server may keep its tags to itself; only of ours is it known that they are in the text.
    const examined = await examine(agent, where, strict, strict);
    if (examined && where === 'in this page')
      t.check(
        'in this page: it is said that it never ended',
        examined.open.problems.some((problem) => /never closed/.test(problem)),
        { actual: examined.open.problems },
      );
  });
  // As llama.cpp is asked for DeepSeek's form: the tags are gone, and the reasoning has a field of its own.
  if (t.server.faults)
    await examine(await t.loadRemote(), 'in a field of its own', true, false, {
      ...plain,
      extraBody: { reasoning_format: 'deepseek' },
    });
  else t.skipCheck('in a field of its own: there is reasoning', 'the server cannot be asked to');
}
