import { expect } from '@esm-bundle/chai';
import { runScenarios } from '../../src/harness/run.js';
import { scenarios } from '../../src/scenarios/index.js';

describe('a run with the server in this page', () => {
  it('passes every scenario that needs a server, and skips those that need a socket', async () => {
    const report = await runScenarios({
      server: 'in-page',
      scenarios: scenarios.filter(({ needs }) => needs?.includes('remote')),
    });
    for (const { id, status, reason, checks } of report.results)
      if (scenarios.find((one) => one.id === id)!.needs!.includes('faults')) {
        expect(status, id).to.equal('skipped');
        expect(reason).to.include('socket');
      } else {
        const failed = checks.filter((check) => check.status === 'failed');
        expect(status, `${id}: ${reason} ${JSON.stringify(failed)}`).to.equal('passed');
      }
    expect(report.totals).to.deep.include({ skipped: 2, failed: 0 });
    expect(report.server).to.equal(undefined);
  }).timeout(180_000);
});
