import { hasCode } from '../errors.js';
import { assets } from '../engine/assets.js';
import type { Model } from '../models/model.js';
import { modelBaseUrl, resolveModel } from '../models/registry.js';
import type { ScenarioContext } from './scenario.js';

const NAME = 'nonexistent/invalid-model-12345';

export async function run(t: ScenarioContext): Promise<void> {
  const pool = t.subject.createPool();
  const before = t.subject.runningEngines();
  const host = new URL(t.reference.hubUrl ?? 'https://huggingface.co/').host;
  const missing = await t.rejects(
    'a model that does not exist is an error that names it and where it was looked for',
    () =>
      t.subject.loadAgent({
        backend: 'local',
        model: NAME,
        hubUrl: t.reference.hubUrl,
        device: t.device,
        pool,
        signal: t.signal,
      }),
    `an error that names "${NAME}" and ${host}`,
    // Without a network nobody can say that there is no such model; the error must still say what was looked for, and where.
    (error) =>
      hasCode(error, 'model-not-found', 'network') &&
      error.message.includes(NAME) &&
      error.message.includes(host),
  );

  const weights = await halfOf('onnx/model_quantized.onnx');
  const url = URL.createObjectURL(new Blob([weights], { type: 'application/octet-stream' }));
  try {
    const refused = await t.rejects(
      'a truncated file is refused by its length and digest before the runtime sees it',
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
      'a truncated file that nobody pinned is refused by the runtime',
      () =>
        t.subject.loadAgent({
          backend: 'local',
          model: truncated(url, 'unpinned'),
          device: 'wasm',
          pool,
          signal: t.signal,
        }),
      'an error of the runtime that names onnx/model_quantized.onnx',
      (error) =>
        error.message.includes('onnx/model_quantized.onnx') &&
        codes(error).includes('model-load-failed'),
    );
    const messages = [missing, refused, broken].map((error) => error?.message ?? '');
    t.equal('the three errors differ', new Set(messages).size, 3);
  } finally {
    URL.revokeObjectURL(url);
  }
  t.equal('no worker is left of the failed loads', t.subject.runningEngines(), before);

  // The heart of it: in one realm, the failed load above makes every later one fail with its error.
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

/** The bundled model's real weights, cut in half: what a connection leaves that broke off. */
async function halfOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const tiny = resolveModel('unmocked-tiny');
  const response = await fetch(new URL(path, modelBaseUrl(tiny.source, tiny.id, assets.base)));
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

/** The code of an error and of every attempt that it lists. */
function codes(error: Error): string {
  const details = (error as { details?: { attempts?: { error?: { code?: string } }[] } }).details;
  return [
    (error as { code?: string }).code,
    ...(details?.attempts ?? []).map((attempt) => attempt.error?.code),
  ]
    .filter(Boolean)
    .join(' ');
}
