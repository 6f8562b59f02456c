import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { readEnvironment } from '../../src/settings/environment.js';
import { resolveSettings } from '../../src/settings/resolve.js';
import { runScenarios } from '../../src/harness/run.js';
import { scenarios } from '../../src/scenarios/index.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';

// The test runner gives these pages OPENAI_API_URL, OPENAI_API_KEY and AF_LLM_MODEL: see
// web-test-runner.config.mjs.
describe('the environment of a test runner', () => {
  const { apiUrl, apiKey } = window.unmockedServer;

  it('is read, and is the origin of its values', () => {
    const { settings, origins } = resolveSettings({ environment: readEnvironment() }).remote;
    expect([settings.apiUrl, settings.apiKey, settings.model]).to.deep.equal([
      apiUrl,
      apiKey,
      'unmocked-tiny',
    ]);
    expect([origins.apiUrl, origins.apiKey, origins.model, origins.seed]).to.deep.equal([
      'environment',
      'environment',
      'environment',
      'default',
    ]);
  });

  it('makes the server the first choice by default', async () => {
    const agent = await loadAgent();
    expect([agent.backend, agent.device.url, agent.model.id]).to.deep.equal([
      'remote',
      `${apiUrl}/`,
      'unmocked-tiny',
    ]);
    expect((await agent.invoke(conversations.greeting.turns[0])).response).to.equal(
      replies.greeting[0],
    );
    await agent.dispose();
  });

  it('gives way to an argument, and to a config.toml', async () => {
    const local = await loadAgent({ backend: 'local', device: 'wasm' });
    expect(local.backend).to.equal('local');
    await local.dispose();
    const named = await loadAgent({ useConfig: '[agent]\nmodel = "from-the-file"\n' });
    expect([named.backend, named.model.id]).to.deep.equal(['remote', 'from-the-file']);
    await named.dispose();
  });

  it('gives a run its server', async () => {
    const report = await runScenarios({
      device: 'wasm',
      scenarios: scenarios.filter(({ id }) => id === 'remote-agent'),
    });
    expect([report.results[0]!.status, report.server]).to.deep.equal([
      'passed',
      { url: apiUrl, models: ['unmocked-tiny'] },
    ]);
    expect(report.inference.remoteTokens).to.be.above(0);
    expect(JSON.stringify(report).includes(apiKey)).to.equal(false);
  });
});
