import { expect } from '@open-wc/testing';
import { runScenarios } from '../../src/harness/run.js';
import type { Report } from '../../src/harness/report.js';
import { scenarios } from '../../src/scenarios/index.js';

declare global {
  interface Window {
    unmockedGroup: 'wasm' | 'webgpu';
    /** A server that the test runner started. */
    unmockedServer: { apiUrl: string; apiKey: string; closedToUs: string };
  }
}

/**
 * Requests to a server, and what is asked of any agent, are the same on every device, and SwiftShader
 * would take minutes for them. On WebGPU the core scenarios run, and two with a server, because they
 * also test the device ladder.
 */
const chosen =
  window.unmockedGroup === 'wasm'
    ? scenarios
    : scenarios.filter(
        ({ id, tags }) =>
          tags?.includes('core') || ['remote-agent', 'backend-fallback'].includes(id),
      );

describe('scenarios', () => {
  let report: Report;

  before(async function () {
    this.timeout(600_000);
    report = await runScenarios({
      model: 'unmocked-tiny',
      server: window.unmockedServer,
      scenarios: chosen,
    });
    await fetch('/__report', {
      method: 'POST',
      body: JSON.stringify({ group: window.unmockedGroup, report }),
    });
  });

  for (const scenario of chosen) {
    it(scenario.id, () => {
      const result = report.results.find(({ id }) => id === scenario.id);
      const failed = result?.checks.filter((check) => check.status === 'failed');
      expect(
        result?.status,
        JSON.stringify(failed?.length ? failed : result?.error, null, 1),
      ).to.equal('passed');
    });
  }

  it('the report contains no key', () => {
    expect(JSON.stringify(report).includes(window.unmockedServer.apiKey)).to.equal(false);
  });

  it('ran on the device of this browser', () => {
    const devices = new Set(report.results.flatMap(({ evidence }) => evidence.device ?? []));
    devices.delete('remote');
    expect([...devices]).to.deep.equal([window.unmockedGroup]);
  });
});
