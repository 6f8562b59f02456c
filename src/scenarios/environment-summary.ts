import type { ScenarioContext } from './scenario.js';

export async function run(t: ScenarioContext): Promise<void> {
  const page = await t.subject.describe();
  const agent = await t.load();
  const { metadata } = await agent.invoke('Hello, this is a test.', {
    maxTokens: 2,
    signal: t.signal,
  });
  t.check('the model computes', metadata.outputTokenIds.length > 0, {
    actual: metadata.outputTokenIds.length,
  });
  const info = agent.engineInfo;
  if (!info) return t.skip('the agent has no engine in this page to compare with');

  t.equal('the worker runs in the browser that the page reports', info.userAgent, page.userAgent);
  t.equal(
    'transformers.js has the version that the page reports',
    info.versions.transformers,
    page.versions.transformers,
  );
  t.equal(
    'ONNX Runtime has the version that the page reports',
    info.versions.onnxruntime,
    page.versions.onnxruntime,
  );
  t.equal(
    'the worker and the page agree on isolation',
    info.crossOriginIsolated,
    page.crossOriginIsolated,
  );
  const threads = agent.device.threads ?? 0;
  t.check(
    'the thread count is within the limit that the page reports',
    threads >= 1 && threads <= page.threads,
    { actual: threads, expected: `1 to ${page.threads}` },
  );
  t.equal(
    'an isolated page allows more than one thread',
    page.threads > 1,
    page.crossOriginIsolated && page.hardwareConcurrency > 1,
  );

  if (page.webgpu.adapter) {
    const refused = agent.device.attempts.find(
      ({ device, error }) => device === 'webgpu' && error?.code === 'no-adapter',
    );
    t.check('the engine finds the adapter that the page reports', !refused, {
      actual: refused?.error?.message ?? 'not refused',
      expected: page.webgpu.adapter,
    });
    if (agent.device.actual === 'webgpu')
      t.equal(
        'the engine computes on the adapter that the page reports',
        info.adapter,
        page.webgpu.adapter,
      );
    else
      t.skipCheck(
        'the engine computes on the adapter that the page reports',
        `the run uses ${agent.device.actual}`,
      );
  } else {
    t.check('the page explains why there is no adapter', page.webgpu.reason.length > 0, {
      actual: page.webgpu.reason,
    });
    t.check('the engine found no adapter either', agent.device.actual !== 'webgpu', {
      actual: agent.device.actual,
      expected: 'not webgpu',
    });
    const tried = agent.device.attempts.find(({ device }) => device === 'webgpu');
    if (tried)
      t.equal('WebGPU failed in the engine for the same reason', tried.error?.code, 'no-adapter');
  }
  t.equal('the agent runs the model of the run', agent.model.id, t.model.id);
  const variant = t.model.variants.find(
    ({ file, device }) => file === info.rung.file && device === info.rung.device,
  );
  t.equal(
    'device and dtype match the registry entry of the file in use',
    [agent.device.actual, agent.model.dtype],
    [variant?.device, variant?.dtype],
  );
  const sizes = info.files.map(({ path, pin }) =>
    pin === 'registry' ? t.model.files[path]?.bytes : undefined,
  );
  if (sizes.every((bytes) => bytes !== undefined))
    t.equal(
      'the size matches the registry',
      agent.model.bytes,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    );
  else
    t.skipCheck(
      'the size matches the registry',
      'the registry does not pin every file of this model',
    );
}
