import { expect } from '@open-wc/testing';
import { Engine } from '../src/engine/engine.js';
import { ledger } from '../src/engine/ledger.js';
import type { ScenarioResult } from '../src/harness/report.js';
import type { RunOptions } from '../src/harness/run-options.js';
import { runScenarios } from '../src/harness/run.js';
import { scenarios } from '../src/scenarios/index.js';
import type { Subject } from '../src/scenarios/subject.js';
import { cannedSubject, saboteurs } from './saboteurs/index.js';

const matrix: string[] = [];

/** Checks of what was drawn for the run: no list of answers can pass them. */
const DRAWN: Record<string, string> = {
  'conversation-flow': 'what was corrected counts, not what was said first',
  'session-isolation': 'the first session knows its name',
  'concurrent-requests': 'a repetition gets its own answer',
  'tool-selection': 'a request that needs no tool is answered',
  'typed-arguments': 'the arguments are those of the request',
  'parallel-tools': 'the results of two calls are used',
  'structured-output': 'the values are those of the text',
  'chat-room': 'in this page: the reply names the party members',
  'tool-calls': 'in this page: the result of get_weather is used in the next turn',
};

async function runOn(
  subject: Subject,
  ids: string[],
  options: RunOptions = {},
): Promise<ScenarioResult[]> {
  const report = await runScenarios({
    model: 'unmocked-tiny',
    server: window.unmockedServer,
    subject,
    scenarios: scenarios.filter(({ id }) => ids.includes(id)),
    ...options,
  });
  // Some saboteurs leave engines running on purpose. Give the next one a clean start.
  for (const engine of Engine.alive) engine.terminate();
  return report.results;
}

/**
 * Runs a scenario on a saboteur until the check that guards against it fails. One failed check makes
 * a scenario fail, whatever the others say (test/harness.test.ts), so the rest is not waited for.
 *
 * @returns the result, and the status that it has to have: a run that was stopped says so.
 */
async function runUntilCaught(subject: Subject, id: string, guard: string) {
  const stop = new AbortController();
  const [result] = await runOn(subject, [id], {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'check' && event.check.status === 'failed' && event.check.name === guard)
        stop.abort();
    },
  });
  return { result: result!, status: stop.signal.aborted ? 'not-run' : 'failed' };
}

/** The checks that caught the saboteur. */
function reasons(result: ScenarioResult): string[] {
  const failed = result.checks
    .filter((check) => check.status === 'failed')
    .map((check) => check.name);
  return failed.length > 0 ? failed : [result.reason ?? ''];
}

describe('saboteurs', () => {
  after(() =>
    fetch('/__print', {
      method: 'POST',
      body: `Kill matrix (saboteur → scenario: the checks that caught it)\n${matrix.join('\n')}`,
    }),
  );

  for (const { name, guards, sabotage, cleanUp } of saboteurs) {
    it(`${Object.keys(guards).join(' and ')}: one that ${name} is caught`, async () => {
      for (const [id, guard] of Object.entries(guards)) {
        const { result, status } = await runUntilCaught(sabotage(), id, guard);
        cleanUp?.();
        matrix.push(
          `  ${name.padEnd(50)} ${result.id.padEnd(20)} ${reasons(result).join('; ').slice(0, 160)}`,
        );
        expect(reasons(result), JSON.stringify(result.checks)).to.include(guard);
        expect(result.status).to.equal(status);
      }
    });
  }

  it('a canned agent with right answers and no model fails every scenario', async function () {
    this.timeout(300_000);
    const before = ledger.tokens;
    const results = await runOn(
      cannedSubject(),
      scenarios.map(({ id }) => id),
    );
    for (const result of results) {
      matrix.push(
        `  ${'has canned answers'.padEnd(50)} ${result.id.padEnd(20)} ` +
          `${result.status.padEnd(9)} ${reasons(result).join('; ').slice(0, 160)}`,
      );
    }
    expect(results.filter(({ status }) => status !== 'failed').map(({ id }) => id)).to.deep.equal(
      [],
    );
    expect(ledger.tokens - before, 'tokens computed').to.equal(0);
    const failed = results.flatMap((result) =>
      reasons(result).filter((check) => DRAWN[result.id] === check),
    );
    expect(failed).to.have.members(Object.values(DRAWN));
  });

  it('every scenario has a saboteur', () => {
    const guarded = new Set(saboteurs.flatMap(({ guards }) => Object.keys(guards)));
    expect(scenarios.map(({ id }) => id).filter((id) => !guarded.has(id))).to.deep.equal([]);
  });
});
