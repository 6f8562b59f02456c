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
 * would take minutes for them. On WebGPU the core scenarios run. Three are left out: on a GPU,
 * golden.test.ts and chat-model.test.ts have conversations of several turns, and several at once.
 */
const ON_ANY_DEVICE = ['conversation-flow', 'config-file', 'concurrent-loading'];
const chosen =
  window.unmockedGroup === 'wasm'
    ? scenarios
    : scenarios.filter(({ id, tags }) => tags?.includes('core') && !ON_ANY_DEVICE.includes(id));

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
