import { expect } from '@esm-bundle/chai';
import type { Report } from '../../src/harness/report.js';
import { scenarios } from '../../src/scenarios/index.js';
import { registerScenarios } from '../../src/testing/index.js';

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
 * also test the device ladder. Of the core, two are left out: what they test on a GPU is in the golden
 * tokens and test/both/chat-model.test.ts, which have conversations of several turns too.
 */
const ON_ANY_DEVICE = ['conversation-flow', 'config-file'];
const chosen =
  window.unmockedGroup === 'wasm'
    ? scenarios
    : scenarios.filter(
        ({ id, tags }) =>
          (tags?.includes('core') && !ON_ANY_DEVICE.includes(id)) ||
          ['remote-agent', 'backend-fallback'].includes(id),
      );

let report: Report;

registerScenarios({
  describe,
  it,
  title: 'scenarios',
  model: 'unmocked-tiny',
  server: window.unmockedServer,
  scenarios: chosen,
  onEvent(event) {
    if (event.type === 'run-end') ({ report } = event);
  },
});

describe('the run of the scenarios', () => {
  before(async () => {
    await fetch('/__report', {
      method: 'POST',
      body: JSON.stringify({ group: window.unmockedGroup, report }),
    });
  });

  it('passed, and nothing was skipped', () => {
    expect(report.status).to.equal('passed');
    expect(report.totals.passed).to.equal(chosen.length);
  });

  it('the report contains no key', () => {
    expect(JSON.stringify(report).includes(window.unmockedServer.apiKey)).to.equal(false);
  });

  it('ran on the device of this browser', () => {
    const devices = new Set(report.results.flatMap(({ evidence }) => evidence.device ?? []));
    devices.delete('remote');
    expect([...devices]).to.deep.equal([window.unmockedGroup]);
  });
});
