import type { Agent } from '../agents/agent.js';
import { VALIDATION_MIN_CHARACTERS } from '../agents/validate-agent.js';
import type { ScenarioContext } from './scenario.js';

export async function run(t: ScenarioContext): Promise<void> {
  const agent = await t.agent();
  const working = await t.subject.validateAgent(agent, { signal: t.signal });
  t.equal('a working agent is valid', working.valid, true);
  t.check('its reply is the evidence', working.reply.length > VALIDATION_MIN_CHARACTERS, {
    actual: working.reply,
    expected: `more than ${VALIDATION_MIN_CHARACTERS} characters`,
  });
  if (working.valid) {
    const { outputTokenIds, text } = working.response.metadata;
    if (!t.foreign)
      t.check(
        'the evidence was computed',
        outputTokenIds.length > 0 && t.tokensComputed() >= outputTokenIds.length,
        { actual: t.tokensComputed(), expected: `at least ${outputTokenIds.length}` },
      );
    const decoded = 'the evidence is the decoded token ids';
    if (t.can(agent, ['tokens', 'tokenizer'], decoded))
      t.check(decoded, (await agent.decode!(outputTokenIds)).startsWith(text), { actual: text });

    // The same model really computes, but stops before its first character, so its reply is empty.
    const invalid = 'an agent with an empty reply is not valid';
    const why = 'the reason says that the reply is empty';
    if (t.can(agent, ['stop', 'temperature'], invalid, why)) {
      const [first] = text;
      const mute = await t.subject.validateAgent(stoppedAt(agent, first!), { signal: t.signal });
      t.equal(invalid, mute.valid, false);
      t.check(why, !mute.valid && /empty/i.test(mute.reason), {
        actual: mute.valid ? 'valid' : mute.reason,
        expected: 'says that the reply is empty',
      });
    }
  }

  const gone = await t.agent();
  await gone.dispose();
  const failing = await t.subject.validateAgent(gone, { signal: t.signal });
  t.equal('an agent that fails is not valid', failing.valid, false);
  t.check(
    'the reason says how the agent failed',
    !failing.valid && /disposed/i.test(failing.reason),
    {
      actual: failing.valid ? 'valid' : failing.reason,
      expected: 'says that it was disposed of',
    },
  );
}

function stoppedAt(agent: Agent, stop: string): Agent {
  return new Proxy(agent, {
    get(target, property) {
      if (property === 'invoke')
        return (...[payload, options]: Parameters<Agent['invoke']>) =>
          target.invoke(payload, { ...options, stop: [stop] });
      return Reflect.get(target, property, target) as unknown;
    },
  });
}
