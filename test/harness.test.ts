import { expect } from '@esm-bundle/chai';
import { Engine } from '../src/engine/engine.js';
import { toJUnit } from '../src/harness/junit.js';
import type { Report, RunEvent } from '../src/harness/report.js';
import { runScenarios } from '../src/harness/run.js';
import type { RunOptions } from '../src/harness/run-options.js';
import { defineScenario, type Scenario, type ScenarioContext } from '../src/scenarios/scenario.js';
import { scenarios } from '../src/scenarios/index.js';
import type { Agent } from '../src/agents/agent.js';
import { realSubject, type Subject } from '../src/scenarios/subject.js';
import { altered } from './saboteurs/saboteur.js';
import { scenarioRuns } from '../src/scenarios/runs.js';
import { rejection, tinyQ8 } from './helpers.js';

const scenario = (id: string, run: Scenario['run'], more: Partial<Scenario> = {}): Scenario =>
  defineScenario({ id, title: id, proves: 'x', inference: false, run, ...more });
const passing = (id = 'passing') => scenario(id, async (t) => void t.check('holds', true));
/** A scenario that computes, so that the run contains inference. */
const real = scenario(
  'real',
  async (t) => {
    const agent = await t.load();
    const { metadata } = await agent.invoke('Hello, this is a test.', {
      maxTokens: 4,
      signal: t.signal,
    });
    t.equal('four tokens', metadata.outputTokenIds.length, 4);
  },
  { inference: true },
);

const run = (scenarios: Scenario[], options: RunOptions = {}) =>
  runScenarios({ model: tinyQ8(), device: 'wasm', scenarios, ...options });
const statuses = ({ results }: Report) => results.map(({ id, status }) => `${id} ${status}`);

describe('harness', () => {
  afterEach('no worker is left', () => expect(Engine.alive.size).to.equal(0));

  it('runs scenarios in order and reports what computed which tokens', async () => {
    const events: RunEvent[] = [];
    const report = await run([passing('first'), real], {
      seed: 7,
      onEvent: (event) => events.push(event),
    });
    expect(statuses(report)).to.deep.equal(['first passed', 'real passed']);
    expect([report.schema, report.status, report.seed, report.problems]).to.deep.equal([
      'unmocked/1',
      'passed',
      7,
      [],
    ]);
    expect(report.totals).to.deep.equal({
      passed: 2,
      failed: 0,
      skipped: 0,
      'timed-out': 0,
      'not-run': 0,
      total: 2,
    });
    expect(report.inference).to.deep.equal({ tokens: 4, remoteTokens: 0, kind: 'witnessed' });
    const { evidence, device } = report.results[1]!;
    expect(evidence).to.include({
      modelId: 'unmocked-tiny',
      dtype: 'q8',
      device: 'wasm',
      threads: 1,
      seed: 7,
      tokensComputed: 4,
    });
    expect(evidence.modelDigest).to.match(/^[0-9a-f]{64}$/);
    expect(report.model).to.include({
      id: 'unmocked-tiny',
      dtype: 'q8',
      digest: evidence.modelDigest,
    });
    expect(evidence.exchanges).to.have.length(1);
    expect(evidence.exchanges[0]!.outputTokenIds).to.have.length(4);
    expect(evidence.exchanges[0]!.prompt).to.include('Hello, this is a test.');
    expect(device!.attempts.at(-1)!.outcome).to.equal('loaded');
    const types = events.map(({ type }) => type);
    expect(types[0]).to.equal('run-start');
    expect(types.at(-1)).to.equal('run-end');
    expect(events.filter(({ type }) => type === 'token')).to.have.length(4);
    expect(
      events.flatMap((event) =>
        event.type === 'scenario-start' || event.type === 'scenario-end' ? [event.type] : [],
      ),
    ).to.deep.equal(['scenario-start', 'scenario-end', 'scenario-start', 'scenario-end']);
  });

  it('draws fillers from the seed, and shows them', async () => {
    const drawing = (id: string) =>
      scenario(id, async (t) => {
        const [name, count] = [t.fillers.name(), t.fillers.integer(2, 9)];
        t.check('holds', true, { actual: [name, count] });
      });
    const drawn = async (id: string, seed?: number) => {
      const { results } = await run([drawing(id), real], { seed });
      expect(results[1]!.evidence, 'nothing drawn').to.not.have.property('fillers');
      expect(results[0]!.checks[0]!.actual).to.deep.equal(results[0]!.evidence.fillers);
      return results[0]!.evidence.fillers!.join(' ');
    };
    const first = await drawn('first', 7);
    expect(await drawn('first', 7)).to.equal(first);
    expect(await drawn('first', 8)).to.not.equal(first);
    expect(await drawn('second', 7)).to.not.equal(first);
    expect(await drawn('first'), 'the default is the seed 0').to.equal(await drawn('first', 0));
  });

  describe('shows in the result', () => {
    /** Two agents that load at once. The agent of the first call arrives last. */
    const pair = (choose: (t: ScenarioContext, agents: Agent[]) => void) => {
      let arrived!: () => void;
      const second = new Promise<void>((resolve) => (arrived = resolve));
      const subject: Subject = {
        ...realSubject,
        async loadAgent(options) {
          const agent = await realSubject.loadAgent(options);
          if (options.seed === 1) await second;
          if (options.seed === 2) arrived();
          const digest = options.seed === 1 ? 'first' : 'second';
          return altered(agent, { model: ({ model }) => ({ ...model, digest }) });
        },
      };
      const both = scenario('both', async (t) => {
        choose(t, await Promise.all([t.load({ seed: 1 }), t.load({ seed: 2 })]));
        t.check('loaded', true);
      });
      return run([both], { subject });
    };
    const shown = ({ results }: Report) => results[0]!.evidence.modelDigest;

    it('the agent that the scenario asked for first, by default', async () => {
      expect(shown(await pair(() => undefined))).to.equal('first');
    });

    it('the agent that the scenario chose', async () => {
      expect(shown(await pair((t, [, second]) => t.reportOn(second!)))).to.equal('second');
    });
  });

  it('keeps one engine warm, even if two agents load at once, and releases it', async () => {
    const pairs = (id: string) =>
      scenario(id, async (t) => {
        await Promise.all([t.load(), t.load()]);
        t.equal('one engine', Engine.alive.size, 1);
      });
    expect(statuses(await run([pairs('a-pair'), pairs('another-pair'), real]))).to.deep.equal([
      'a-pair passed',
      'another-pair passed',
      'real passed',
    ]);
  });

  it('does not fail a scenario because a listener throws', async () => {
    const reported: unknown[] = [];
    const note = (event: ErrorEvent) => {
      event.preventDefault();
      reported.push(event.error);
    };
    // Mocha listens too and would fail this test.
    const mocha = window.onerror;
    window.onerror = null;
    addEventListener('error', note);
    try {
      const report = await run([real], {
        onEvent: ({ type }) => {
          if (type === 'scenario-start') throw new Error('a broken listener');
        },
      });
      expect(statuses(report)).to.deep.equal(['real passed']);
      expect(reported.map(String)).to.deep.equal(['Error: a broken listener']);
    } finally {
      removeEventListener('error', note);
      window.onerror = mocha;
    }
  });

  it('reports a stopped scenario as not run, even if its checks passed', async () => {
    const controller = new AbortController();
    const stubborn = scenario('stubborn', async (t) => {
      controller.abort();
      t.check('holds', true);
    });
    expect(
      statuses(await run([real, stubborn, passing()], { signal: controller.signal })),
    ).to.deep.equal(['real passed', 'stubborn not-run', 'passing not-run']);
  });

  it('writes a report that is JSON, whatever the checked values are', async () => {
    const report = await run([
      real,
      scenario('odd-values', async (t) => {
        t.equal('undefined', undefined, undefined);
        t.check('not a number', false, { actual: Number.NaN, expected: Infinity });
        t.check('lone surrogates', true, { actual: '\uD800' });
        t.metric('someMs', 1.5);
      }),
    ]);
    const plain = JSON.parse(JSON.stringify(report)).results[1];
    expect(plain.metrics).to.deep.equal({ someMs: 1.5 });
    expect(plain.checks[1]).to.include({ actual: 'NaN', expected: 'Infinity' });
    const odd = await run([
      scenario('hostile-values', async (t) => {
        const round: Record<string, unknown> = {};
        round['round'] = round;
        t.check('goes round', false, { actual: round, expected: 5n });
        t.check('says nothing', false, { actual: () => undefined, expected: Symbol('x') });
        t.equal('a big number is itself', 5n, 5n);
        t.equal('two that go round are not the same', round, { round });
      }),
    ]);
    const { checks } = JSON.parse(JSON.stringify(odd)).results[0];
    expect(checks[0]).to.include({ actual: '[object Object]', expected: '5' });
    expect(checks[1]).to.include({ expected: 'Symbol(x)' });
    expect(checks.map(({ status }: { status: string }) => status)).to.deep.equal([
      'failed',
      'failed',
      'passed',
      'failed',
    ]);
    expect(
      new DOMParser().parseFromString(toJUnit(odd), 'application/xml').querySelector('failure')!
        .textContent,
    ).to.include('goes round');
  });

  describe('continues after', () => {
    it('a scenario with a failed check, which fails', async () => {
      const report = await run([
        scenario('half', async (t) => {
          t.check('good', true);
          t.check('bad', false, { actual: 1, expected: 2 });
          t.check('good again', true);
        }),
        real,
      ]);
      expect(statuses(report)).to.deep.equal(['half failed', 'real passed']);
      expect(report.results[0]!.reason).to.equal('bad');
      expect(report.status).to.equal('failed');
    });

    it('a scenario that throws anything', async () => {
      const report = await run([
        scenario('throws', async () => Promise.reject(new TypeError('boom'))),
        scenario('throws-at-once', (() => {
          throw new Error('bang');
        }) as unknown as Scenario['run']),
        scenario('throws-text', async () => Promise.reject('a text')),
        scenario('throws-nothing', async () => Promise.reject(undefined)),
        real,
      ]);
      expect(statuses(report)).to.deep.equal([
        'throws failed',
        'throws-at-once failed',
        'throws-text failed',
        'throws-nothing failed',
        'real passed',
      ]);
      expect(report.results[0]!.error).to.include({ name: 'TypeError', message: 'boom' });
      expect(report.results[1]!.reason).to.equal('bang');
      expect(report.results[2]!.reason).to.equal('a text');
    });

    it('a scenario that times out, whose signal aborts', async () => {
      let told: Error | undefined;
      const slow = scenario(
        'slow',
        (t) =>
          new Promise((_, reject) =>
            t.signal.addEventListener('abort', () => reject((told = t.signal.reason))),
          ),
        { timeout: 50 },
      );
      const report = await run([slow, real]);
      expect(statuses(report)).to.deep.equal(['slow timed-out', 'real passed']);
      expect(told!.name).to.equal('TimeoutError');
      expect(report.results[0]!.reason).to.include('0.05 s');
      expect(report.status).to.equal('failed');
    });

    it('a scenario that ignores its signal, whose later checks are ignored', async () => {
      let speak = () => undefined as void;
      const deaf = scenario(
        'deaf',
        (t) =>
          new Promise(() => {
            t.check('early', true);
            speak = () => void t.check('late', false);
          }),
        { timeout: 20 },
      );
      const report = await run([deaf, real]);
      speak();
      expect(statuses(report)).to.deep.equal(['deaf timed-out', 'real passed']);
      expect(report.results[0]!.checks.map(({ name }) => name)).to.deep.equal(['early']);
    });

    it('a scenario that times out while it generates', async () => {
      const endless = scenario(
        'endless',
        async (t) => {
          const agent = await t.load();
          for (;;) await agent.invoke('Tell me a story about a dragon.', { signal: t.signal });
        },
        { inference: true, timeout: 4000 },
      );
      const report = await run([endless, real]);
      expect(statuses(report)).to.deep.equal(['endless timed-out', 'real passed']);
    });
  });

  describe('skips', () => {
    it('a scenario that asks for it, or has only skipped checks, with the reason', async () => {
      const report = await run([
        scenario('says-so', async (t) => t.skip('no moon')),
        scenario('all-skipped', async (t) => t.skipCheck('a', 'no sun')),
        real,
      ]);
      expect(statuses(report)).to.deep.equal([
        'says-so skipped',
        'all-skipped skipped',
        'real passed',
      ]);
      expect(report.results.map(({ reason }) => reason)).to.deep.equal([
        'no moon',
        'no sun',
        undefined,
      ]);
      expect(report.status).to.equal('passed');
    });

    it('a scenario with a missing need, without running it', async () => {
      const ran: string[] = [];
      const needing = (need: NonNullable<Scenario['needs']>[number]) =>
        scenario(`needs-${need}`, async (t) => void (ran.push(need), t.check('ran', true)), {
          needs: [need],
        });
      const report = await run(
        [
          needing('webgpu'),
          needing('cross-origin-isolation'),
          needing('chat'),
          needing('tools'),
          real,
        ],
        { model: { ...tinyQ8(), capabilities: ['tools'] } },
      );
      expect(statuses(report)).to.deep.equal([
        'needs-webgpu skipped',
        'needs-cross-origin-isolation passed',
        'needs-chat skipped',
        'needs-tools passed',
        'real passed',
      ]);
      expect(ran).to.deep.equal(['cross-origin-isolation', 'tools']);
      expect(report.results[0]!.reason).to.match(/WebGPU.*adapter/);
      expect(report.results[2]!.reason).to.match(/no chat training/);
    });
  });

  describe('judges a scenario by its own checks', () => {
    const compute = async (t: ScenarioContext) => {
      await (await t.load()).invoke('Hello, this is a test.', { maxTokens: 2, signal: t.signal });
    };
    const judged = async (id: string, body: (t: ScenarioContext) => unknown) =>
      (await run([scenario(id, async (t) => void (await body(t)), { inference: true })]))
        .results[0]!;

    it('fails without a check, although tokens were computed', async () => {
      const result = await judged('no-check', compute);
      expect(result).to.include({ status: 'failed', reason: 'the scenario made no check' });
      expect(result.inference).to.include({ required: true, found: true, witnessed: 2 });
    });

    it('skips when every check was skipped, although tokens were computed', async () => {
      const result = await judged('only-skipped', async (t) => {
        await compute(t);
        t.skipCheck('a', 'no sun');
        t.skipCheck('b', 'no moon');
      });
      expect(result).to.include({ status: 'skipped', reason: 'no sun; no moon' });
      expect(result.checks).to.have.length(2);
    });

    it('fails without inference, whatever the checks say', async () => {
      const bodies: [string, (t: ScenarioContext) => unknown][] = [
        ['no-check', () => undefined],
        ['only-skipped', (t) => t.skipCheck('a', 'no sun')],
        ['only-passed', (t) => t.check('holds', true)],
      ];
      for (const [id, body] of bodies) {
        const result = await judged(id, body);
        expect(result.status, id).to.equal('failed');
        expect(result.reason, id).to.match(/no token was computed in this page/);
        expect(result.inference, id).to.include({ required: true, found: false, witnessed: 0 });
      }
    });

    it('keeps the inference check out of the checks', async () => {
      const { checks, inference } = (await run([real])).results[0]!;
      expect(checks.map(({ name }) => name)).to.deep.equal(['four tokens']);
      expect(inference).to.deep.equal({
        required: true,
        accepts: 'witnessed',
        found: true,
        kind: 'witnessed',
        witnessed: 4,
        counted: 0,
        inferred: false,
      });
    });
  });

  describe('does not pass', () => {
    it('a scenario that computed nothing', async () => {
      const report = await run([{ ...passing(), inference: true }]);
      expect(statuses(report)).to.deep.equal(['passing failed']);
      expect(report.results[0]!.reason).to.match(/computed in this page/);
    });

    it('a scenario that made no check', async () => {
      expect((await run([scenario('idle', async () => undefined)])).results[0]).to.include({
        status: 'failed',
        reason: 'the scenario made no check',
      });
    });

    it('a run without inference, although every scenario passed', async () => {
      const report = await run([passing()]);
      expect(statuses(report)).to.deep.equal(['passing passed']);
      expect(report.status).to.equal('failed');
      expect(report.problems.join()).to.match(/Nothing was inferred/);
    });

    it('a run with fewer scenarios than expected, or with none', async () => {
      const fewer = await run([real], { expected: 2 });
      expect([fewer.status, fewer.problems]).to.deep.equal([
        'failed',
        ['1 scenarios ran, 2 were expected.'],
      ]);
      expect((await run([])).status).to.equal('failed');
    });

    it('a run that skipped everything', async () => {
      const report = await run([scenario('a', async (t) => t.skip('x')), real].slice(0, 1));
      expect(report.status).to.equal('failed');
      expect(report.problems.join()).to.match(/No scenario passed/);
    });
  });

  it('stops on request and reports the remaining scenarios as not run', async () => {
    const controller = new AbortController();
    const stopping = scenario(
      'stopping',
      (t) =>
        new Promise((_, reject) => {
          t.signal.addEventListener('abort', () => reject(t.signal.reason));
          controller.abort();
        }),
    );
    const report = await run([real, stopping, passing('never')], { signal: controller.signal });
    expect(statuses(report)).to.deep.equal(['real passed', 'stopping not-run', 'never not-run']);
    expect(report.totals['not-run']).to.equal(2);
    expect([report.status, report.problems]).to.deep.equal([
      'stopped',
      ['The run was stopped: 2 of 3 scenarios did not run.'],
    ]);
    const junit = toJUnit(report);
    expect(junit).to.contain('failures="0" errors="1" skipped="2"');
    expect(junit).to.contain('<error message="The run was stopped: 2 of 3');
  });

  it('says that a run was stopped, also if something had failed by then', async () => {
    const controller = new AbortController();
    const report = await run(
      [
        scenario('failing', async (t) => void t.check('holds', false)),
        scenario('stopping', async () => controller.abort()),
      ],
      { signal: controller.signal },
    );
    expect(statuses(report)).to.deep.equal(['failing failed', 'stopping not-run']);
    expect([report.status, report.totals.failed]).to.deep.equal(['stopped', 1]);
  });

  it('runs nothing if the environment cannot be described', async () => {
    const ran: string[] = [];
    const work = run([scenario('ran', async () => void ran.push('ran'))], {
      subject: { ...realSubject, describe: () => Promise.reject(new Error('no description')) },
    });
    expect((await rejection(work)).message).to.equal('no description');
    expect(ran).to.deep.equal([]);
  });

  it('runs nothing if the code of a scenario cannot be fetched', async () => {
    const ran: string[] = [];
    const away = scenario('away', async () => void ran.push('away'), {
      prepare: () => Promise.reject(new Error('it did not come')),
    });
    const events: RunEvent[] = [];
    expect(
      (
        await rejection(
          run([scenario('here', async () => void ran.push('here')), away], {
            onEvent: (event) => events.push(event),
          }),
        )
      ).message,
    ).to.equal('it did not come');
    expect([ran, events]).to.deep.equal([[], []]);
  });

  it('has code for every core scenario, and no other code', async () => {
    expect(Object.keys(scenarioRuns)).to.have.members(scenarios.map(({ id }) => id));
    expect(
      await Promise.all(
        scenarios.map(({ prepare }) =>
          prepare!().then(
            (code) => (code as { scenarioRuns: unknown }).scenarioRuns === scenarioRuns,
          ),
        ),
      ),
    ).to.deep.equal(scenarios.map(() => true));
  });

  it('rejects invalid options', async () => {
    expect((await rejection(run([real], { device: 'abacus' as never }))).message).to.match(
      /abacus.*auto, webgpu, wasm/,
    );
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 32])
      expect((await rejection(run([real], { seed }))).code).to.equal('invalid-argument');
    expect((await rejection(run([real], { model: 'gpt-17' }))).code).to.equal('unknown-model');
  });

  it('rejects an invalid scenario', () => {
    const good = { id: 'a-b', title: 'x', proves: 'x', run: async () => undefined };
    expect(defineScenario(good)).to.equal(good);
    for (const bad of [
      { id: 'A' },
      { id: 'a_b' },
      { id: '' },
      { id: '-a' },
      { title: ' ' },
      { proves: '' },
      { run: undefined },
    ])
      expect(() => defineScenario({ ...good, ...bad } as Scenario)).to.throw(TypeError);
  });

  it('writes valid XML as JUnit, whatever strings a scenario has', async () => {
    const hostile = '<x a="1">&\'"]]> \u0000\u001B\uFFFE\uD800 </failure>';
    const report = await run([
      { ...passing(), id: hostile },
      { ...scenario('s', async (t) => t.skip(hostile)), id: 'skipped' },
      scenario(
        'checked',
        async (t) => void t.check(hostile, false, { actual: hostile, expected: hostile }),
      ),
      scenario('thrown', async () => Promise.reject(new Error(hostile))),
    ]);
    const xml = new DOMParser().parseFromString(toJUnit(report), 'application/xml');
    expect(xml.querySelector('parsererror')?.textContent).to.equal(undefined);
    const suite = xml.querySelector('testsuite')!;
    expect(suite.querySelectorAll('testcase')).to.have.length(4 + report.problems.length);
    expect(suite.getAttribute('tests')).to.equal(String(4 + report.problems.length));
    expect(suite.getAttribute('failures')).to.equal(
      String(suite.querySelectorAll('failure').length),
    );
    expect(suite.getAttribute('skipped')).to.equal('1');
    expect(suite.querySelector('testcase')!.getAttribute('name')).to.equal(
      hostile.toWellFormed().replace(/[\u0000\u001B\uFFFE]/g, '\uFFFD'),
    );
    expect(suite.querySelector('skipped')!.getAttribute('message')).to.include('<x a="1">&');
    expect([...suite.querySelectorAll('failure')][0]!.textContent).to.include(']]>');
  });

  it('keeps the key of a server out of checks, errors and events', async () => {
    const { apiUrl, apiKey } = window.unmockedServer;
    const events: unknown[] = [];
    const careless = defineScenario({
      id: 'careless',
      title: 'Careless',
      proves: 'Nothing.',
      needs: ['remote'],
      async run(t) {
        t.check(`the key ${apiKey}`, true, {
          actual: { key: t.server.apiKey, list: [`Bearer ${apiKey}`] },
        });
        throw new Error(`refused: ${apiKey}`);
      },
    });
    const report = await run([careless], {
      server: { apiUrl, apiKey },
      onEvent: (event) => events.push(event),
    });
    expect(report.results[0]!.reason).to.equal('refused: …');
    expect(JSON.stringify([report, events]).includes(apiKey)).to.equal(false);
  });

  it('skips scenarios that need a server if there is none, with the reason', async () => {
    const remote = defineScenario({
      id: 'remote',
      title: 'Remote',
      proves: 'Nothing.',
      needs: ['remote'],
      run: async () => undefined,
    });
    const reasons = await Promise.all(
      [
        null,
        { apiUrl: 'http://no-such-server.invalid/v1' },
        { apiUrl: window.unmockedServer.apiUrl, apiKey: 'sk-wrong' },
      ].map(async (server) => (await run([remote], { server })).results[0]),
    );
    expect(reasons.map((result) => result!.status)).to.deep.equal([
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(reasons.map((result) => result!.reason)).to.satisfy(
      ([none, away, refused]: string[]) =>
        /no API URL/.test(none!) &&
        /no-such-server\.invalid/.test(away!) &&
        /refuses the API key/.test(refused!),
    );
  });

  it('rejects invalid server settings before anything runs', async () => {
    expect((await rejection(run([], { server: { apiUrl: 'http://a:hunter2@b/v1' } }))).message)
      .to.include('apiUrl')
      .and.not.include('hunter2');
  });
});
