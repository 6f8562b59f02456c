import { hasCode } from '../errors.js';
import { assets } from '../engine/assets.js';
import type { Model } from '../models/model.js';
import { HUB } from '../models/model-urls.js';
import { resolveModel } from '../models/registry.js';
import type { ScenarioContext } from './scenario.js';

const NAME = 'nonexistent/invalid-model-12345';

export async function run(t: ScenarioContext): Promise<void> {
  const pool = t.subject.createPool();
  const before = t.subject.runningEngines();
  // A run on the bundled model asks nobody but its own site.
  const hubUrl =
    t.reference.hubUrl ??
    (t.model.source.kind === 'hub' ? undefined : new URL('no-hub/', assets.base).href);
  const host = new URL(hubUrl ?? HUB).host;
  const missing = await t.rejects(
    'a missing model is an error that names the model and the host',
    () =>
      t.subject.loadAgent({
        backend: 'local',
        model: NAME,
        hubUrl,
        device: t.device,
        pool,
        signal: t.signal,
      }),
    `an error that names "${NAME}" and ${host}`,
    // Offline, the error cannot say that the model does not exist, but it must name model and host. A
    // site may answer everything with its own page, which is an error of integrity.
    (error) =>
      hasCode(error, 'model-not-found', 'network', 'integrity') &&
      error.message.includes(NAME) &&
      error.message.includes(host),
  );

  const weights = await halfOf('onnx/model_quantized.onnx');
  const url = URL.createObjectURL(new Blob([weights], { type: 'application/octet-stream' }));
  try {
    const refused = await t.rejects(
      'a truncated file is rejected by its length and digest before the runtime reads it',
      () =>
        t.subject.loadAgent({
          backend: 'local',
          model: truncated(url, 'pinned'),
          device: 'wasm',
          pool,
          signal: t.signal,
        }),
      'an error about the integrity of onnx/model_quantized.onnx',
      (error) =>
        error.message.includes('onnx/model_quantized.onnx') &&
        /integrity|bytes, expected/i.test(`${codes(error)} ${error.message}`),
    );
    const broken = await t.rejects(
      'a truncated file without a pinned digest is rejected by the runtime',
      () =>
        t.subject.loadAgent({
          backend: 'local',
          model: truncated(url, 'unpinned'),
          device: 'wasm',
          pool,
          signal: t.signal,
        }),
      'a runtime error that names onnx/model_quantized.onnx',
      (error) =>
        error.message.includes('onnx/model_quantized.onnx') &&
        codes(error).includes('model-load-failed'),
    );
    const messages = [missing, refused, broken].map((error) => error?.message ?? '');
    t.equal('the three errors differ', new Set(messages).size, 3);
  } finally {
    URL.revokeObjectURL(url);
  }
  t.equal('the failed loads leave no worker', t.subject.runningEngines(), before);

  // The main point: in one realm, the failed load above would make every later load fail.
  const answer = await t.load({ pool }).then(
    async (agent) =>
      (await agent.invoke('Hello, this is a test.', { maxTokens: 12, signal: t.signal })).response,
    (error: Error) => error,
  );
  t.check('a good model then loads and answers', typeof answer === 'string' && answer !== '', {
    actual: String(answer),
    expected: 'a reply',
  });
}

/** The first half of the bundled model's weights, as a broken connection would leave it. */
async function halfOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const tiny = resolveModel('unmocked-tiny');
  const response = await fetch(assets.url(`models/${tiny.id}/${path}`));
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.slice(0, bytes.length / 2);
}

function truncated(url: string, pin: 'pinned' | 'unpinned'): Model {
  const tiny = resolveModel('unmocked-tiny');
  const path = 'onnx/model_quantized.onnx';
  return {
    ...tiny,
    variants: [{ device: 'wasm', dtype: 'q8', file: path }],
    files: { ...tiny.files, [path]: pin === 'pinned' ? { ...tiny.files[path], url } : { url } },
  };
}

/** The codes of an error and of all attempts that it lists. */
function codes(error: Error): string {
  const details = (error as { details?: { attempts?: { error?: { code?: string } }[] } }).details;
  return [
    (error as { code?: string }).code,
    ...(details?.attempts ?? []).map((attempt) => attempt.error?.code),
  ]
    .filter(Boolean)
    .join(' ');
}
