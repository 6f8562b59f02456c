import type { Attempt } from '../engine/ladder.js';
import { hasCode } from '../errors.js';
import type { ScenarioContext } from './scenario.js';

const SMALL_BYTES = 20_000_000;

export async function run(t: ScenarioContext): Promise<void> {
  const { webgpu } = await t.subject.describe();
  const offered = (device: string) =>
    t.model.variants.filter((variant) => variant.device === device);
  // Do not download a large model again for a device that the user did not choose.
  const small = t.model.variants.every(
    ({ file }) => (t.model.files[file]?.bytes ?? Infinity) < SMALL_BYTES,
  );
  const auto = await t.load(small ? { device: 'auto' } : {});
  t.reportOn(auto);
  if (auto.device.requested === 'auto') {
    const expected = webgpu.adapter && offered('webgpu').length > 0 ? 'webgpu' : 'wasm';
    t.equal('auto picked the device that the probes suggest', auto.device.actual, expected);
  } else {
    t.skipCheck(
      'auto picked the device that the probes suggest',
      `the run uses ${t.device}, and another device would download more files`,
    );
  }
  t.equal(
    'the requested device is reported as well',
    auto.device.requested,
    small ? 'auto' : t.device,
  );
  const trace = auto.device.attempts;
  t.equal(
    'the trace ends with the actual device',
    [trace.at(-1)?.device, trace.at(-1)?.outcome],
    [auto.device.actual, 'loaded'],
  );
  const passedOver = trace.slice(0, -1);
  t.check(
    'every earlier attempt failed or was skipped, with a reason',
    passedOver.every((attempt) => attempt.error?.message || attempt.reason),
    { actual: passedOver.map(summary) },
  );
  if (auto.device.requested === 'auto' && !webgpu.adapter && offered('webgpu').length > 0) {
    t.check(
      'the trace says that WebGPU was tried and why it failed',
      passedOver.some(({ device, error }) => device === 'webgpu' && error?.code === 'no-adapter'),
      { actual: passedOver.map(summary), expected: 'webgpu: no-adapter' },
    );
  }
  if (auto.engineInfo) {
    t.equal(
      'only WebGPU reports an adapter',
      Boolean(auto.engineInfo.adapter),
      auto.device.actual === 'webgpu',
    );
  }
  await auto.invoke('Hello, this is a test.', { maxTokens: 4, signal: t.signal });

  for (const device of ['webgpu', 'wasm'] as const) {
    if (offered(device).length === 0) {
      t.skipCheck(
        `an explicit ${device} is used or refused`,
        `"${t.model.id}" has no file for ${device}`,
      );
    } else if (device === 'webgpu' && !webgpu.adapter) {
      await t.rejects(
        'an explicit webgpu without an adapter is refused, not swapped',
        () => t.load({ device }),
        'no-device, listing webgpu and nothing else',
        (error) => {
          const attempts = attemptsOf(error);
          return (
            hasCode(error, 'no-device') &&
            attempts.length > 0 &&
            attempts.every((attempt) => attempt.device === 'webgpu')
          );
        },
      );
    } else if (!small && device !== auto.device.actual) {
      t.skipCheck(`an explicit ${device} is used`, 'it would download more files of this model');
    } else {
      const agent = await t.load({ device });
      t.equal(
        `an explicit ${device} is used`,
        [agent.device.requested, agent.device.actual],
        [device, device],
      );
      await agent.dispose();
    }
  }

  const blocked = t.subject.createPool({
    blocked: { webgpu: 'by this scenario', wasm: 'by this scenario' },
  });
  await t.rejects(
    'when every device is blocked, one error lists every attempt',
    () => t.load({ device: 'auto', pool: blocked }),
    `no-device with ${t.model.variants.length} attempts, each in the message`,
    (error) => {
      const attempts = attemptsOf(error);
      return (
        hasCode(error, 'no-device') &&
        attempts.length === t.model.variants.length &&
        attempts.every((attempt) => error.message.includes(`${attempt.device} ${attempt.dtype}`))
      );
    },
  );
  await t.rejects(
    'an unknown device is refused',
    () => t.load({ device: 'quantum' as never }),
    'an error that names "quantum" and the allowed devices',
    (error) =>
      /quantum/.test(error.message) && /webgpu/.test(error.message) && /wasm/.test(error.message),
  );
}

const attemptsOf = (error: Error): Attempt[] =>
  (error as { details?: { attempts?: Attempt[] } }).details?.attempts ?? [];
const summary = ({ device, dtype, outcome, error, reason }: Attempt) =>
  `${device} ${dtype} ${outcome}: ${error?.code ?? reason ?? ''}`;
