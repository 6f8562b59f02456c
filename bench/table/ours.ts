/** Ours, as somebody without a bundler uses it. */
import { type Agent, type AgentInput, loadAgent } from '../../src/index.js';
import { type Asked, expose, type OurSide, readOrder, type Spoken } from './side.js';
import { steadyRate } from './steady-rate.mjs';

const GREEDY = { temperature: 0, topP: 1, topK: 0, repetitionPenalty: 1 };

const { model, hubUrl, device, question } = readOrder();
const load = () =>
  loadAgent({ model, hubUrl, device, backend: 'local', system: '', sources: { environment: {} } });

async function ask(agent: Agent, input: AgentInput, maxTokens: number) {
  const startedAt = performance.now();
  let firstAt = 0;
  let lastAt = 0;
  const stream = agent.stream(input, { ...GREEDY, maxTokens });
  for await (const { tokenId } of stream) {
    if (tokenId === undefined) continue;
    lastAt = performance.now();
    firstAt ||= lastAt;
  }
  const { metadata } = await stream.response;
  const { outputTokenIds: tokens, prompt, text } = metadata;
  return {
    prompt,
    tokens,
    text,
    firstAt,
    firstToken: firstAt - startedAt,
    rate: steadyRate(tokens.length, firstAt, lastAt),
  };
}

const started = load().then(async (agent) => ({
  agent,
  firstToken: (await ask(agent, question, 1)).firstAt,
}));

async function rateOf(count: number, answers: () => Promise<number[]>): Promise<number> {
  const startedAt = performance.now();
  const tokens = await answers();
  if (tokens.length !== count) throw new Error(`${tokens.length} of ${count} answers`);
  return (tokens.reduce((sum, one) => sum + one, 0) / (performance.now() - startedAt)) * 1000;
}

const side: OurSide = {
  start: async () => (await started).firstToken,
  facts: async () => {
    const { rung, threads } = (await started).agent.engineInfo!;
    return { file: rung.file, dtype: rung.dtype, threads, device: rung.device };
  },
  ask: async (messages, maxTokens) => {
    const answer = await ask((await started).agent, messages, maxTokens);
    return { ...answer, messages: [...messages, { role: 'assistant', content: answer.text }] };
  },
  converse: async (questions, maxTokens) => {
    const { agent } = await started;
    const sessionId = crypto.randomUUID();
    const messages: Spoken[] = [];
    const answers: Asked[] = [];
    for (const content of questions) {
      const user: Spoken = { role: 'user', content };
      const answer = await ask(agent, { messages: [user], sessionId }, maxTokens);
      messages.push(user, { role: 'assistant', content: answer.text });
      answers.push({ ...answer, messages: [...messages] });
    }
    await agent.forget?.(sessionId);
    return answers;
  },
  several: async (questions, maxTokens) => {
    const { agent } = await started;
    const others = await Promise.all(questions.slice(1).map(load));
    const agents = [agent, ...others];
    const count = async (one: Agent, text: string) =>
      (await ask(one, text, maxTokens)).tokens.length;
    const { length } = questions;
    const one = await rateOf(length, async () => {
      const tokens: number[] = [];
      for (const text of questions) tokens.push(await count(agent, text));
      return tokens;
    });
    const all = await rateOf(length, () =>
      Promise.all(agents.map((other, index) => count(other, questions[index]!))),
    );
    for (const other of others) await other.dispose();
    return { one, all };
  },
};
expose(side);
