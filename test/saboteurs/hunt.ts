import { expect } from '@esm-bundle/chai';
import { Engine } from '../../src/engine/engine.js';
import { type EngineLease, sharedPool } from '../../src/engine/engine-pool.js';
import type { ScenarioResult } from '../../src/harness/report.js';
import type { RunOptions } from '../../src/harness/run-options.js';
import { runScenarios } from '../../src/harness/run.js';
import { scenarios } from '../../src/scenarios/index.js';
import type { Subject } from '../../src/scenarios/subject.js';
import { resolveModel } from '../../src/models/registry.js';
import type { Saboteur } from './saboteur.js';

/** An engine that agents share, so that not each saboteur has to load one. */
let held: EngineLease | undefined;

export function shareOneEngine(): void {
  before(async () => {
    held = await sharedPool.acquire({ model: resolveModel('unmocked-tiny'), device: 'auto' });
  });
  after(() => {
    held?.release();
    held = undefined;
  });
}

export async function runOn(
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
  for (const engine of Engine.alive) if (engine !== held?.engine) engine.terminate();
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
export function reasons(result: ScenarioResult): string[] {
  const failed = result.checks
    .filter((check) => check.status === 'failed')
    .map((check) => check.name);
  return failed.length > 0 ? failed : [result.reason ?? ''];
}

/** A line of the kill matrix. `npm test` prints them all. */
export const lineOf = (saboteur: string, result: ScenarioResult): string =>
  `  ${saboteur.padEnd(50)} ${result.id.padEnd(20)} ${result.status.padEnd(9)} ` +
  reasons(result).join('; ').slice(0, 160);

export const printMatrix = (lines: readonly string[]): Promise<Response> =>
  fetch('/__print', {
    method: 'POST',
    body: `Kill matrix (saboteur → scenario: the checks that caught it)\n${lines.join('\n')}`,
  });

/** One spec for each saboteur: the check that guards against it fails. */
export function areCaught(saboteurs: readonly Saboteur[]): void {
  const matrix: string[] = [];
  after(() => printMatrix(matrix));
  for (const { name, guards, sabotage, cleanUp } of saboteurs) {
    it(`${Object.keys(guards).join(' and ')}: one that ${name} is caught`, async () => {
      for (const [id, guard] of Object.entries(guards)) {
        const { result, status } = await runUntilCaught(sabotage(), id, guard);
        cleanUp?.();
        matrix.push(lineOf(name, result));
        expect(reasons(result), JSON.stringify(result.checks)).to.include(guard);
        expect(result.status).to.equal(status);
      }
    });
  }
}
