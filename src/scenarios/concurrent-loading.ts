import type { Agent } from '../agents/agent.js';
import { createEngineWorker } from '../engine/start-worker.js';
import type { ScenarioContext } from './scenario.js';

const AGENTS = 4;

export async function run(t: ScenarioContext): Promise<void> {
  let workers = 0;
  const pool = t.subject.createPool({
    createWorker: () => {
      workers++;
      return createEngineWorker();
    },
  });
  const names = Array.from({ length: AGENTS }, () => t.fillers.name());
  const before = t.subject.runningEngines();
  const agents = await Promise.all(names.map(() => t.load({ pool })));
  t.equal('four agents share one engine', t.subject.runningEngines() - before, 1);
  // Each attempt to load needs one worker, but for a GPU that is not there. A second download would need
  // another worker.
  const tried = agents[0]!.device.attempts.filter(
    ({ outcome, error }) => outcome !== 'skipped' && error?.code !== 'no-adapter',
  );
  t.equal('each device was tried once, so there was one download', workers, tried.length);

  const sessions = agents.map((agent, index) => ({
    agent,
    name: names[index]!,
    sessionId: `concurrent-${index}`,
  }));
  const tell = (name: string) => `My name is ${name}.`;
  const together = await Promise.all(
    sessions.map(({ agent, name, sessionId }) => converse(agent, sessionId, tell(name), t.signal)),
  );
  for (const [index, { name }] of sessions.entries()) {
    const who = `agent ${index + 1}`;
    const { texts } = together[index]!;
    if (t.model.capabilities.includes('chat'))
      t.check(`${who} gets a reply with the right name`, texts.at(-1)!.includes(name), {
        actual: texts.at(-1),
        expected: `a reply with "${name}"`,
      });
    const others = names.filter(
      (other) => other !== name && texts.some((text) => text.includes(other)),
    );
    t.equal(`${who}'s replies contain no other name`, others, []);
    t.equal(
      `${who}'s prompts contain no other name`,
      names.filter(
        (other) =>
          other !== name && together[index]!.prompts.some((prompt) => prompt.includes(other)),
      ),
      [],
    );
  }
  const alone = await converse(agents[0]!, 'alone', tell(names[0]!), t.signal);
  t.equal(
    'a concurrent conversation computes the same tokens as one alone',
    together[0]!.tokenIds,
    alone.tokenIds,
  );

  await Promise.all(agents.slice(1).map((agent) => agent.dispose()));
  t.equal(
    'the engine runs until its last agent is disposed',
    t.subject.runningEngines() - before,
    1,
  );
  await agents[0]!.dispose();
  t.equal('disposing the last agent ends the engine', t.subject.runningEngines() - before, 0);
}

async function converse(agent: Agent, sessionId: string, opening: string, signal: AbortSignal) {
  const texts: string[] = [];
  const prompts: string[] = [];
  const tokenIds: number[][] = [];
  for (const content of [opening, 'What is my name?']) {
    const { metadata } = await agent.invoke(
      { messages: [{ role: 'user', content }], sessionId },
      { maxTokens: 16, signal },
    );
    texts.push(metadata.text);
    prompts.push(metadata.prompt);
    tokenIds.push(metadata.outputTokenIds);
  }
  return { texts, prompts, tokenIds };
}
