import { expect } from '@esm-bundle/chai';
import { runScenarios } from '../../src/harness/run.js';
import type { Report } from '../../src/harness/report.js';
import { replay } from '../../src/reports/replay.js';
import { scenarios } from '../../src/scenarios/index.js';
import { rejection } from '../helpers.js';

const chosen = scenarios.filter(({ id }) => ['determinism', 'concurrent-requests'].includes(id));
/** A copy of the report in which the first exchange of a scenario is another one. */
const changed = (
  report: Report,
  id: string,
  change: (exchange: Report['results'][0]['evidence']['exchanges'][0]) => void,
): Report => {
  const copy = structuredClone(report);
  change(copy.results.find((result) => result.id === id)!.evidence.exchanges[0]!);
  return copy;
};

describe('replay', () => {
  let report: Report;
  before(async function () {
    this.timeout(60_000);
    report = await runScenarios({ scenarios: chosen, device: 'wasm', seed: 5, server: null });
    expect(report.status).to.equal('passed');
  });

  for (const { id } of chosen)
    it(`of ${id} computes the same tokens again`, async () => {
      const { verdict, tokens, difference, result } = await replay(report, id);
      expect([verdict, difference]).to.deep.equal(['same', undefined]);
      const { exchanges } = report.results.find((one) => one.id === id)!.evidence;
      const all = exchanges.reduce((sum, { outputTokenIds }) => sum + outputTokenIds.length, 0);
      expect(tokens).to.equal(all);
      expect(tokens).to.be.above(10);
      expect(result.evidence.seed).to.equal(5);
    }).timeout(60_000);

  it('shows the first token that is another one', async () => {
    const claimed = changed(report, 'determinism', (exchange) => (exchange.outputTokenIds[2] = 1));
    const { verdict, difference } = await replay(claimed, 'determinism');
    expect(verdict).to.equal('different');
    expect(difference).to.deep.include({ kind: 'output', position: 2 });
    expect(difference!.tokenIds![0]).to.equal(1);
  }).timeout(60_000);

  it('compares nothing with other weights, and says so', async () => {
    const claimed = structuredClone(report);
    for (const { evidence } of claimed.results) evidence.modelDigest = 'f'.repeat(64);
    const { verdict, reason } = await replay(claimed, 'determinism');
    expect(verdict).to.equal('not-comparable');
    expect(reason).to.match(/^the weights are others: ffffffffffff then, [0-9a-f]{12} now$/);
  }).timeout(60_000);

  it('uses the dtype of the report', async () => {
    const fp32 = structuredClone(report);
    for (const { evidence } of fp32.results) evidence.dtype = 'fp32';
    const { result } = await replay(fp32, 'determinism');
    expect(result.evidence.dtype).to.equal('fp32');
  }).timeout(60_000);

  it('refuses what it cannot repeat', async () => {
    const none = await rejection(replay(report, 'streaming'));
    expect([none.code, none.message.includes('It has: ')]).to.deep.equal([
      'invalid-argument',
      true,
    ]);
    const unknown = await rejection(replay(report, 'determinism', { scenarios: [] }));
    expect(unknown.message).to.include('not one of the scenarios here');
    const skipped = structuredClone(report);
    delete skipped.results[0]!.device;
    const { message } = await rejection(replay(skipped, skipped.results[0]!.id));
    expect(message).to.include('loaded no model');
  });
});
