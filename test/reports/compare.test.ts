import { expect } from '@esm-bundle/chai';
import type { Exchange } from '../../src/harness/report.js';
import { compareReports } from '../../src/reports/compare-reports.js';
import { compareTokens } from '../../src/reports/token-difference.js';
import { aResult } from '../components/a-result.js';
import { aReport } from './a-report.js';

const [base] = aResult().evidence.exchanges as [Exchange];
const exchange = (changes: Partial<Exchange> = {}): Exchange => ({ ...base, ...changes });

describe('compareTokens', () => {
  it('counts the tokens that are the same, whatever the order of the requests', () => {
    const other = exchange({ promptTokenIds: [7], outputTokenIds: [8, 9] });
    expect(compareTokens([base, other], [other, base])).to.deep.equal({ same: 5 });
  });

  it('finds the first token that differs, with both ids and texts', () => {
    const changed = exchange({ outputTokenIds: [269, 7, 1023], text: ' Hello!' });
    expect(compareTokens([base], [changed])).to.deep.equal({
      same: 1,
      difference: {
        message: base.message,
        kind: 'output',
        position: 1,
        tokenIds: [418, 7],
        texts: [base.text, ' Hello!'],
      },
    });
  });

  it('takes a shorter reply for another one', () => {
    const { difference } = compareTokens([base], [exchange({ outputTokenIds: [269, 418] })]);
    expect([difference?.position, difference?.tokenIds]).to.deep.equal([2, [1023, undefined]]);
  });

  it('matches equal requests one by one', () => {
    expect(compareTokens([base, base], [base]).difference?.kind).to.equal('missing');
    expect(compareTokens([base], [base, base]).difference?.kind).to.equal('added');
  });

  it('takes the request with the same seed first, and then any with the same prompt', () => {
    const sampled = exchange({ seed: 1, outputTokenIds: [5] });
    expect(compareTokens([base, sampled], [sampled, base])).to.deep.equal({ same: 4 });
    expect(compareTokens([base], [exchange({ seed: 1 })])).to.deep.equal({ same: 3 });
    expect(compareTokens([base], [sampled]).difference).to.include({ kind: 'output', position: 0 });
  });

  it('leaves out requests without ids, such as those to a server', () => {
    const remote = exchange({ promptTokenIds: [], outputTokenIds: [] });
    expect(compareTokens([remote], [])).to.deep.equal({ same: 0 });
  });
});

describe('compareReports', () => {
  it('finds nothing between a report and itself', () => {
    const { facts, scenarios, totals, differentTokens } = compareReports(aReport(), aReport());
    expect([facts, totals, differentTokens]).to.deep.equal([
      [],
      { same: 1, fixed: 0, broken: 0, other: 0 },
      0,
    ]);
    expect(scenarios[0]).to.deep.include({
      id: 'chat-completion',
      change: 'same',
      durationMs: [1488, 1488],
      tokensPerSecond: [104.1, 104.1],
      firstTokenMs: [3.1, 3.1],
    });
  });

  it('names the facts that differ', () => {
    const before = aReport();
    const after = aReport([aResult()], { seed: 3, model: { ...before.model, dtype: 'fp32' } });
    expect(compareReports(before, after).facts).to.deep.equal([
      { name: 'dtype', before: 'q8', after: 'fp32' },
      { name: 'seed', before: '0', after: '3' },
    ]);
  });

  const statuses = [
    ['failed', 'passed', 'fixed'],
    ['skipped', 'passed', 'fixed'],
    ['passed', 'failed', 'broken'],
    ['passed', 'timed-out', 'broken'],
    ['passed', 'not-run', 'broken'],
    ['passed', 'skipped', 'other'],
    ['failed', 'timed-out', 'other'],
    ['failed', 'failed', 'same'],
  ] as const;
  for (const [before, after, change] of statuses)
    it(`says "${change}" of ${before}, then ${after}`, () => {
      const { totals } = compareReports(
        aReport([aResult({ status: before })]),
        aReport([aResult({ status: after })]),
      );
      expect(totals[change]).to.equal(1);
    });

  it('keeps scenarios that only one of the two has', () => {
    const { scenarios } = compareReports(
      aReport([aResult({ id: 'old' }), aResult()]),
      aReport([aResult(), aResult({ id: 'new' })]),
    );
    expect(scenarios.map(({ id, before, after }) => [id, before, after])).to.deep.equal([
      ['chat-completion', 'passed', 'passed'],
      ['new', undefined, 'passed'],
      ['old', 'passed', undefined],
    ]);
  });

  it('counts the scenarios whose tokens differ', () => {
    const changed = aResult();
    changed.evidence.exchanges = [exchange({ outputTokenIds: [1] })];
    const { differentTokens, scenarios } = compareReports(aReport(), aReport([changed]));
    expect(differentTokens).to.equal(1);
    expect(scenarios[0]!.tokens!.difference!.position).to.equal(0);
  });
});
