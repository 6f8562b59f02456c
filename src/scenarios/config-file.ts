import { hasCode, UnmockedError } from '../errors.js';
import type { ScenarioContext } from './scenario.js';

export async function run(t: ScenarioContext): Promise<void> {
  const { model, hubUrl } = t.reference;
  const text = (...lines: string[]) =>
    [
      '[agent]',
      'backend = "local"',
      `model = ${JSON.stringify(model)}`,
      `device = ${JSON.stringify(t.device)}`,
      ...(hubUrl ? [`hub_url = ${JSON.stringify(hubUrl)}`] : []),
      ...lines,
    ].join('\n');
  const load = async (...lines: string[]) =>
    t.observe(
      await t.subject.loadAgent({
        useConfig: t.subject.parseConfig(text(...lines)),
        signal: t.signal,
      }),
    );
  const ask = 'Tell me a story about a dragon.';

  const limited = await load('max_new_tokens = 5');
  t.equal('the file chooses the model', limited.model.id, t.model.id);
  t.equal('the file chooses the device', limited.device.requested, t.device);
  const five = (await limited.invoke(ask, { signal: t.signal })).metadata;
  t.equal(
    'max_new_tokens limits the reply',
    [five.outputTokenIds.length, five.finishReason],
    [5, 'length'],
  );
  const three = (await limited.invoke(ask, { maxTokens: 3, signal: t.signal })).metadata;
  t.equal('an argument wins over the file', three.outputTokenIds.length, 3);
  t.equal('greedy decoding is the default', three.outputTokenIds, five.outputTokenIds.slice(0, 3));

  const outputs: number[][] = [];
  for (const seed of [1, 2, 3]) {
    const sampling = await load('max_new_tokens = 5', 'temperature = 2.0', `seed = ${seed}`);
    const { outputTokenIds } = (await sampling.invoke(ask, { signal: t.signal })).metadata;
    outputs.push(outputTokenIds);
    if (seed === 1)
      t.equal(
        'the same seed gives the same tokens',
        (await sampling.invoke(ask, { signal: t.signal })).metadata.outputTokenIds,
        outputTokenIds,
      );
    await sampling.dispose();
  }
  t.check(
    'temperature and seed change what is computed',
    new Set([five.outputTokenIds, ...outputs].map(String)).size > 1,
    { actual: [five.outputTokenIds, ...outputs], expected: 'not all the same' },
  );

  await t.rejects(
    'an unknown model in the file is refused',
    () =>
      t.subject.loadAgent({
        useConfig: '[agent]\nbackend = "local"\nmodel = "not a model"',
        signal: t.signal,
      }),
    'unknown-model',
    (error) => hasCode(error, 'unknown-model') && error.message.includes('not a model'),
  );
  await t.rejects(
    'broken TOML is refused with line and column',
    async () => t.subject.parseConfig('[agent]\nmodel = "unmocked-tiny"\ntemperature = = 1\n'),
    'invalid-config at line 3, column 15',
    (error) => {
      return (
        hasCode(error, 'invalid-config') &&
        error.details['line'] === 3 &&
        error.details['column'] === 15 &&
        /line 3, column 15/.test(error.message)
      );
    },
  );
  await t.rejects(
    'a value that is not allowed is refused with its key',
    async () => t.subject.parseConfig('[agent]\nmax_new_tokens = -4\n'),
    'invalid-config, naming agent.max_new_tokens and -4',
    (error) => {
      return (
        error instanceof UnmockedError &&
        error.code === 'invalid-config' &&
        error.message.includes('agent.max_new_tokens') &&
        error.message.includes('-4')
      );
    },
  );
  const warnings: string[] = [];
  const warned = await t.subject.loadAgent({
    useConfig: text('colour = "red"'),
    onWarning: (warning) => warnings.push(warning),
    signal: t.signal,
  });
  await warned.dispose();
  t.check(
    'loading with unknown keys warns',
    warnings.some((warning) => warning.includes('agent.colour')),
    { actual: warnings, expected: 'a warning about agent.colour' },
  );
  t.equal(
    'unknown keys are reported',
    t.subject.parseConfig('colour = "red"\n[agent]\ntemprature = 1\nseed = 3\n').unknownKeys,
    ['colour', 'agent.temprature'],
  );
}
