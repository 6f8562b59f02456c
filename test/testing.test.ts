import { expect } from '@esm-bundle/chai';
import { Engine } from '../src/engine/engine.js';
import type { RunEvent } from '../src/harness/report.js';
import { defineScenario, type Scenario } from '../src/scenarios/scenario.js';
import { type RegisterOptions, registerScenarios } from '../src/testing/index.js';
import { rejection, tinyQ8 } from './helpers.js';

const scenario = (id: string, run: Scenario['run'], more: Partial<Scenario> = {}): Scenario =>
  defineScenario({ id, title: id, proves: 'x', inference: false, run, ...more });
const real = (id: string): Scenario =>
  scenario(
    id,
    async (t) => {
      const { metadata } = await (
        await t.load()
      ).invoke('Hello, this is a test.', {
        maxTokens: 4,
        signal: t.signal,
      });
      t.equal('four tokens', metadata.outputTokenIds.length, 4);
    },
    { inference: true },
  );
const passing = scenario('passing', async (t) => void t.check('holds', true));
const failing = scenario('failing', async (t) => {
  t.check('holds', true);
  t.equal('the sum', { sum: 1 }, { sum: 2 });
});
const skipped = scenario('skipped', async (t) => t.skip('there is no moon'));

type Test = {
  name: string;
  run: (this: unknown, ...args: unknown[]) => Promise<void>;
  limit?: number;
};

/** Registers with a framework that only keeps the tests. */
function register(scenarios: Scenario[], options: Partial<RegisterOptions> = {}) {
  const tests: Test[] = [];
  registerScenarios({
    describe: (_name, body) => body(),
    it: (name, run, limit) => tests.push({ name, run, limit }),
    model: tinyQ8(),
    device: 'wasm',
    server: null,
    scenarios,
    ...options,
  });
  return {
    names: tests.map(({ name }) => name),
    tests,
    test: (name: string) => tests.find((test) => test.name === name)!,
    whole: tests.at(-1)!,
  };
}

class Skip extends Error {}
/** What Vitest gives to a test: a function with methods. */
const vitest = () =>
  Object.assign(() => undefined, {
    skip(note: string) {
      throw new Skip(note);
    },
  });
/** What Mocha gives to a test. */
const mocha = (title: string) => ({
  test: { title },
  limit: 0,
  timeout(milliseconds: number) {
    this.limit = milliseconds;
  },
  skip() {
    throw new Skip('skipped');
  },
});

// Real ones, in the framework that runs this file.
registerScenarios({
  describe,
  it,
  title: 'scenarios registered with this test runner',
  model: tinyQ8(),
  device: 'wasm',
  server: null,
  scenarios: [real('first'), passing],
});

describe('registerScenarios', () => {
  afterEach('no worker is left', () => expect(Engine.alive.size).to.equal(0));

  it('makes a test for each scenario, and one for the run', () => {
    const { names } = register([passing, failing]);
    expect(names).to.deep.equal(['passing', 'failing', 'the run: tokens were really computed']);
  });

  it('runs a scenario only when its test runs, all in one run with one engine', async () => {
    const events: RunEvent[] = [];
    const { test, whole } = register([real('one'), real('two'), failing], {
      onEvent: (event) => events.push(event),
    });
    expect(events).to.deep.equal([]);
    await test('two').run();
    const [engine] = Engine.alive;
    await test('one').run();
    expect([...Engine.alive]).to.deep.equal([engine]);
    await whole.run();
    const { report } = events.find((event) => event.type === 'run-end')!;
    expect(report.results.map(({ id, status }) => `${id} ${status}`)).to.deep.equal([
      'two passed',
      'one passed',
    ]);
    expect(events.filter(({ type }) => type === 'run-start').length).to.equal(1);
    expect(report.inference.tokens).to.equal(8);
  });

  it('runs tests that a framework starts at once one after the other', async () => {
    const events: RunEvent[] = [];
    const { tests } = register([real('one'), real('two')], {
      onEvent: (event) => events.push(event),
    });
    await Promise.all(tests.map(({ run }) => run()));
    const order = events.flatMap((event) =>
      event.type === 'scenario-start' || event.type === 'scenario-end'
        ? `${event.type} ${event.id}`
        : [],
    );
    expect(order).to.deep.equal([
      'scenario-start one',
      'scenario-end one',
      'scenario-start two',
      'scenario-end two',
    ]);
  });

  it('names the failed checks with their values', async () => {
    const { test, whole } = register([failing]);
    const { message } = await rejection<Error>(test('failing').run());
    expect(message).to.equal(
      'Scenario "failing" failed (unmocked-tiny): the sum\n' +
        '  ✗ the sum\n      actual:   {"sum":1}\n      expected: {"sum":2}',
    );
    await rejection(whole.run());
  });

  it("shows what a scenario threw, and an agent's lack of inference", async () => {
    const { test, whole } = register([
      scenario('broken', () => Promise.reject(new TypeError('no such thing'))),
      { ...passing, id: 'canned', inference: true },
    ]);
    const broken = await rejection<Error>(test('broken').run());
    expect(broken.message).to.contain('TypeError: no such thing');
    const canned = await rejection<Error>(test('canned').run());
    expect(canned.message).to.contain('no token was computed in this page');
    await rejection(whole.run());
  });

  it('fails the test of the run if nothing was computed or nothing passed', async () => {
    const { test, whole } = register([passing]);
    await test('passing').run();
    const { message } = await rejection<Error>(whole.run());
    expect(message).to.contain('Nothing was inferred');
  });

  it('skips with the reason: Vitest', async () => {
    const { test, whole } = register([skipped]);
    const error = await rejection<Error>(test('skipped').run(vitest()));
    expect(error).to.be.instanceOf(Skip);
    expect(error.message).to.equal('there is no moon');
    const { message } = await rejection<Error>(whole.run(vitest()));
    expect(message).to.contain('No scenario passed');
  });

  it('skips with the reason in the title: Mocha', async () => {
    const { test, whole } = register([skipped]);
    const self = mocha('skipped');
    for (const attempt of ['first', 'second']) {
      const error = await rejection<Error>(test('skipped').run.call(self));
      expect(error, attempt).to.be.instanceOf(Skip);
      expect(self.test.title, attempt).to.equal('skipped (skipped: there is no moon)');
    }
    await rejection(whole.run());
  });

  it('never passes a skipped scenario off as passed where a test cannot be skipped', async () => {
    const { test, whole } = register([skipped]);
    const { message } = await rejection<Error>(test('skipped').run());
    expect(message).to.contain('cannot skip a running test: there is no moon');
    await rejection(whole.run());
  });

  it('skips the test of the run if a filter left no scenario before it', async () => {
    const { whole } = register([real('one')]);
    const error = await rejection<Error>(whole.run(vitest()));
    expect(error.message).to.equal('no scenario ran before it');
  });

  it('tells the framework a limit that is later than the scenario’s own', async () => {
    const { test, whole } = register([{ ...passing, timeout: 300_000 }]);
    expect(test('passing').limit).to.be.greaterThan(300_000);
    const self = mocha('passing');
    await test('passing').run.call(self);
    expect(self.limit).to.equal(test('passing').limit);
    await rejection(whole.run());
    const short = register([passing], { timeout: 1000 });
    expect(short.test('passing').limit).to.be.within(1000, 120_000);
  });

  it('takes no parameters: Mocha would wait for a callback', () => {
    for (const { run } of register([passing]).tests) expect(run.length).to.equal(0);
  });

  it('refuses wrong options at once', () => {
    expect(() => register([passing], { device: 'abacus' as 'wasm' })).to.throw(
      'device is "abacus"',
    );
  });
});
