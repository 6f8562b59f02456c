import { expect } from '@esm-bundle/chai';
import type { Agent, Claim } from '../src/agents/agent.js';
import type { AgentLoader } from '../src/agents/agent-loader.js';
import { claims } from '../src/agents/claims.js';
import { loadAgent } from '../src/agents/load-agent.js';
import { Engine } from '../src/engine/engine.js';
import { ledger } from '../src/engine/ledger.js';
import { toJUnit } from '../src/harness/junit.js';
import type { ScenarioResult } from '../src/harness/report.js';
import { runScenarios } from '../src/harness/run.js';
import { defineScenario, type Scenario } from '../src/scenarios/scenario.js';
import { rejection, tinyQ8 } from './helpers.js';
import { cannedSubject } from './saboteurs/canned.js';
import { altered } from './saboteurs/saboteur.js';

const ofPage: AgentLoader = ({ seed }) =>
  loadAgent({ model: tinyQ8(), device: 'wasm', seed, sources: { environment: {} } });
/** It really computes, but where nothing of this page sees it. */
const elsewhere: AgentLoader = ({ seed }) =>
  loadAgent({ ...window.unmockedServer, backend: 'remote', seed, sources: { environment: {} } });
/** It has right answers and claims everything, but nothing computes. */
const canned: AgentLoader = async () =>
  altered(await cannedSubject().loadAgent({}), { claims: () => claims });

const claiming =
  (load: AgentLoader, ...only: Claim[]): AgentLoader =>
  async (options) =>
    altered(await load(options), { claims: () => only });

const replying =
  (reply: (said: string) => string): AgentLoader =>
  async () => {
    const agent = (await canned({ seed: 0, signal: new AbortController().signal })) as Agent;
    return altered(agent, {
      invoke: () => async (input, options) => {
        const messages = (input as { messages?: { content: string }[] }).messages;
        const said = messages?.map(({ content }) => content).join('\n') ?? String(input);
        return { ...(await agent.invoke(input, options)), response: reply(said) };
      },
    });
  };

const scenario = (run: Scenario['run'], more: Partial<Scenario> = {}): Scenario =>
  defineScenario({ id: 'own', title: 'Own', proves: 'x', suite: 'agent', run, ...more });
const chats = scenario(async (t) => {
  const agent = await t.agent();
  const { response } = await agent.invoke('Hello, this is a test.', { signal: t.signal });
  t.check('it replies', response !== '', { actual: response });
});
const resultOf = async (agent: AgentLoader, only: Scenario = chats): Promise<ScenarioResult> =>
  (await runScenarios({ agent, scenarios: [only] })).results[0]!;

const problems = ({ id, status, reason, checks, error }: ScenarioResult) =>
  JSON.stringify([
    id,
    status,
    reason,
    error?.stack,
    checks.filter((check) => check.status !== 'passed'),
  ]);

describe("a run of somebody else's agent", () => {
  afterEach('no worker is left', () => expect(Engine.alive.size).to.equal(0));

  it("passes every agent scenario with this page's own agent, and witnesses its tokens", async function () {
    this.timeout(120_000);
    const report = await runScenarios({ agent: ofPage, seed: 0 });
    expect(report.results.length).to.be.at.least(7);
    for (const result of report.results) {
      expect(result.status, problems(result)).to.equal('passed');
      expect(
        result.checks.filter(({ status }) => status !== 'passed'),
        result.id,
      ).to.deep.equal([]);
      expect(result.inference, result.id).to.include({ kind: 'witnessed', accepts: 'inferred' });
      expect(result.evidence, result.id).to.include({ modelId: 'unmocked-tiny' });
      expect(result.evidence.challenge, result.id).to.equal(undefined);
    }
    expect([report.status, report.inference.kind, report.model.id]).to.deep.equal([
      'passed',
      'witnessed',
      'unmocked-tiny',
    ]);
    expect(toJUnit(report)).to.include('<property name="inference" value="witnessed"/>');
  });

  it('passes or skips every agent scenario with an agent that computes elsewhere', async function () {
    this.timeout(120_000);
    for (const agent of [elsewhere, claiming(elsewhere, 'chat')]) {
      const before = ledger.tokens;
      const report = await runScenarios({ agent, seed: 0 });
      for (const result of report.results) {
        expect(result.status, problems(result)).to.be.oneOf(['passed', 'skipped']);
        if (result.status === 'skipped') expect(result.reason).to.match(/does not claim/);
        else expect(result.inference, problems(result)).to.include({ kind: 'inferred' });
      }
      expect(report.totals.passed).to.be.at.least(3);
      expect([report.status, report.inference.kind]).to.deep.equal(['passed', 'inferred']);
      expect(ledger.tokens).to.equal(before);
    }
  });

  it('fails every agent scenario with canned answers, whatever the agent claims and counts', async function () {
    this.timeout(120_000);
    const before = ledger.tokens;
    const report = await runScenarios({ agent: canned });
    for (const { id, status, reason, inference, evidence } of report.results) {
      expect(status, id).to.equal('failed');
      expect(inference, id).to.include({ found: false, inferred: false, accepts: 'inferred' });
      if (evidence.challenge === undefined) continue; // it threw, so there was nothing to ask
      expect(reason, id).to.match(/no agent gave back the words/);
      expect(inference, id).to.include({ kind: 'counted' });
      expect(
        evidence.challenge.map(({ right }) => right),
        id,
      ).to.deep.equal([false, false, false]);
    }
    expect([report.status, report.inference.kind]).to.deep.equal(['failed', 'none']);
    expect(report.problems.join()).to.match(/Nothing was inferred/);
    expect(ledger.tokens).to.equal(before);
  });

  it('draws other words for each run, and the same for a given seed', async () => {
    const named = scenario(async (t) => void t.check('holds', t.fillers.name() !== ''));
    const drawn = async (options: { seed?: number } = {}) => {
      const report = await runScenarios({ agent: canned, scenarios: [named], ...options });
      return { seed: report.seed, name: report.results[0]!.evidence.fillers!.join() };
    };
    const [one, other] = [await drawn(), await drawn()];
    expect(other.seed).to.not.equal(one.seed);
    expect(other.name).to.not.equal(one.name);
    expect(await drawn({ seed: one.seed })).to.deep.equal(one);
  });

  describe('asks for fresh words', () => {
    it('after a scenario that passed, and keeps words and reply', async () => {
      const { status, inference, evidence } = await resultOf(elsewhere);
      expect(status).to.equal('passed');
      expect(inference).to.deep.include({ kind: 'inferred', inferred: true, witnessed: 0 });
      expect(inference!.counted).to.be.above(0);
      const { words, reply, right } = evidence.challenge!.at(-1)!;
      expect(right).to.equal(true);
      expect(words.every((word) => reply.includes(word))).to.equal(true);
      expect(evidence.exchanges.map(({ message }) => message)).to.deep.equal([
        'Hello, this is a test.',
      ]);
    });

    it('draws other words each time', async () => {
      const drawn = await Promise.all(
        [1, 2].map(async () => (await resultOf(replying(() => 'Your name is Zorvik.'))).evidence),
      );
      const words = drawn.flatMap(({ challenge }) => challenge!.flatMap((draw) => draw.words));
      expect(words).to.have.length(8);
      expect(new Set(words).size).to.equal(8);
    });

    it('and takes neither an echo nor a failure for an answer', async () => {
      const echo = await resultOf(replying((said) => said));
      expect(echo.status).to.equal('failed');
      expect(echo.evidence.challenge!.map(({ right }) => right)).to.deep.equal(
        Array(3).fill(false),
      );
      let calls = 0;
      const once = await resultOf(
        replying(() => {
          if (++calls > 1) throw new Error('no more');
          return 'Hello!';
        }),
      );
      expect(once.status).to.equal('failed');
      expect(once.evidence.challenge!.map(({ error }) => error)).to.include('no more');
    });

    it('a new agent, if the scenario disposed of its own', async () => {
      const seeds: number[] = [];
      const load: AgentLoader = (options) => (seeds.push(options.seed), elsewhere(options));
      const leaves = scenario(async (t) => {
        const agent = await t.agent();
        t.check('it replies', (await agent.invoke('Hello, this is a test.')).response !== '');
        await agent.dispose();
      });
      const { status, inference, evidence } = await resultOf(load, leaves);
      expect([status, inference!.kind]).to.deep.equal(['passed', 'inferred']);
      expect(seeds).to.deep.equal([evidence.seed, evidence.seed]);
    });

    it('but not an agent that does not claim chat: the scenario is skipped with the reason', async () => {
      const { status, reason, inference } = await resultOf(claiming(elsewhere, 'streaming'));
      expect([status, inference!.kind]).to.deep.equal(['skipped', 'counted']);
      expect(reason).to.match(/does not claim chat, so it cannot be asked/);
      const witnessed = await resultOf(claiming(ofPage, 'streaming'));
      expect([witnessed.status, witnessed.inference!.kind]).to.deep.equal(['passed', 'witnessed']);
    });
  });

  it('skips what the agent does not claim, a scenario or a check, with the reason', async () => {
    const needy = { ...chats, claims: ['tools', 'seed'] as const };
    expect(await resultOf(claiming(elsewhere, 'chat', 'seed'), needy)).to.deep.include({
      status: 'skipped',
      reason: '"unmocked-tiny" does not claim tools',
    });
    const checked = scenario(async (t) => {
      const agent = await t.agent();
      t.check('it replies', (await agent.invoke('Hello, this is a test.')).response !== '');
      t.check('it cannot', !t.can(agent, ['chat', 'seed'], 'seeded'));
      t.check('it can', t.can(agent, 'chat', 'chatted'));
    });
    const { status, checks } = await resultOf(claiming(elsewhere, 'chat'), checked);
    expect(status).to.equal('passed');
    expect(checks.find(({ name }) => name === 'seeded')).to.include({
      status: 'skipped',
      reason: '"unmocked-tiny" does not claim seed',
    });
    expect(checks.map(({ name }) => name)).not.to.include('chatted');
  });

  it('skips scenarios of the page, with the reason', async () => {
    const { status, reason } = await resultOf(elsewhere, { ...chats, suite: 'page' });
    expect([status, reason]).to.deep.equal([
      'skipped',
      'tests what Unmocked itself promises, not an agent',
    ]);
  });

  it('needs no server and no capability of a model, but what the machine has', async () => {
    const open = { ...chats, needs: ['remote', 'faults', 'reasoning'] satisfies Scenario['needs'] };
    expect((await resultOf(elsewhere, open)).status).to.equal('passed');
    expect((await resultOf(elsewhere, { ...chats, needs: ['webgpu'] })).reason).to.match(/WebGPU/);
  });

  it("fails a scenario that loads this page's model, or asks for no agent", async () => {
    const loads = scenario(async (t) => void (await t.load()));
    expect((await resultOf(elsewhere, loads)).reason).to.match(/"own" loads.*Use t\.agent\(\)/);
    const idle = scenario(async (t) => void t.check('holds', true));
    expect(await resultOf(elsewhere, idle)).to.deep.include({
      status: 'failed',
      reason:
        'no token was computed in this page, and no agent gave back the words that the harness drew',
    });
  });

  it('says what is wrong with what was given as agent', async () => {
    const nothing = (() => ({ claims: [] })) as unknown as AgentLoader;
    expect((await resultOf(nothing)).reason).to.match(/without invoke, stream, dispose/);
    const error = await rejection(runScenarios({ agent: {} as AgentLoader }));
    expect(error).to.include({ code: 'invalid-argument' });
    expect(error.message).to.match(/agent is object.*function/);
  });

  it("refuses choices of this page's own model, which would be ignored", async () => {
    for (const own of [
      { model: 'unmocked-tiny' },
      { device: 'wasm' as const },
      { server: window.unmockedServer },
      { hubUrl: location.origin },
    ]) {
      const error = await rejection(runScenarios({ agent: elsewhere, ...own }));
      expect(error.code).to.equal('invalid-argument');
      expect(error.message).to.include(Object.keys(own)[0]);
    }
    expect(
      (await runScenarios({ agent: elsewhere, scenarios: [chats], server: null })).status,
    ).to.equal('passed');
  });
});
