import { expect } from '@esm-bundle/chai';
import { fromFragment, hasReport, toFragment } from '../../src/reports/report-link.js';
import { readReport } from '../../src/reports/read-report.js';
import { UnmockedError } from '../../src/errors.js';
import { rejection } from '../helpers.js';
import { aReport } from './a-report.js';

const refusal = (json: string): UnmockedError => {
  try {
    readReport(json);
  } catch (error) {
    if (error instanceof UnmockedError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
};
/** The report with one part replaced, as text. */
const withPart = (path: string, value: unknown): string => {
  const report = structuredClone(aReport()) as unknown as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop()!;
  let part = report;
  for (const key of keys) part = part[key] as Record<string, unknown>;
  part[last] = value;
  return JSON.stringify(report);
};

describe('readReport', () => {
  it('reads what a run wrote, unchanged', () => {
    expect(readReport(JSON.stringify(aReport()))).to.deep.equal(aReport());
  });

  const wrong: [what: string, json: string, message: RegExp][] = [
    ['no JSON', '{"schema":', /It is not JSON: /],
    ['another value', 'null', /The whole is null, but has to be an object/],
    [
      'another schema',
      withPart('schema', 'unmocked/2'),
      /"schema" is "unmocked\/2", but has to be "unmocked\/1"/,
    ],
    ['no results', withPart('results', undefined), /"results"/],
    [
      'a status that does not exist',
      withPart('results.0.status', 'great'),
      /"results\.0\.status" is "great", but has to be "passed", /,
    ],
    [
      'markup for a number',
      withPart('results.0.durationMs', '<img>'),
      /"results\.0\.durationMs" is "<img>", but has to be a number/,
    ],
    [
      'token ids that are none',
      withPart('results.0.evidence.exchanges.0.outputTokenIds', 'abc'),
      /outputTokenIds" is "abc", but has to be an array of token ids/,
    ],
    [
      'times of tokens that are none',
      withPart('results.0.evidence.exchanges.0.timings.tokens', [3, '<img>']),
      /tokens\.1" is "<img>", but has to be a number/,
    ],
    [
      'a time before the start',
      withPart('results.0.evidence.exchanges.0.timings.tokens', [-1]),
      /tokens\.0" is -1, but has to be a time, which is not below 0/,
    ],
    [
      'phases of a load that are none',
      withPart('results.0.device.attempts.1.timings', { download: 1 }),
      /timings\.compile" is missing, but has to be/,
    ],
    [
      'a series that is none',
      withPart('results.0.series', { loadedBytes: 'many' }),
      /series\.loadedBytes" is "many", but has to be an array of numbers/,
    ],
    ['a time that is none', withPart('startedAt', 'yesterday'), /"startedAt" is "yesterday"/],
    [
      'a number without end',
      withPart('seed', 0).replace('"seed":0', '"seed":1e999'),
      /"seed" is null|"seed" is /,
    ],
    [
      'a prototype',
      withPart('model', 0).replace('"model":0', '"model":{"id":"m","__proto__":{"x":1}}'),
      /It has the key "__proto__"/,
    ],
    ['a million levels', `${'['.repeat(1e6)}${']'.repeat(1e6)}`, /nested more than 64 deep/],
    ['a large value, shown in part', withPart('model', 'x'.repeat(1e6)), /"model" is "x{59}…, but/],
  ];
  for (const [what, json, message] of wrong)
    it(`refuses ${what}`, () => {
      const { code, message: said } = refusal(json);
      expect(code).to.equal('invalid-argument');
      expect(said).to.match(/^This is not a report of Unmocked\. /);
      expect(said).to.match(message);
      expect(said.length).to.be.below(400);
    });

  it('refuses what is too large, unread', () => {
    expect(refusal(' '.repeat(50_000_001)).message).to.include('50.0 MB are allowed');
  });
});

describe('a link to a report', () => {
  it('holds the whole report in its fragment', async () => {
    const fragment = await toFragment(aReport());
    expect(fragment).to.match(/^#report=[\w-]+$/);
    expect(hasReport(fragment)).to.equal(true);
    expect(hasReport('#streaming')).to.equal(false);
    expect(await fromFragment(fragment)).to.deep.equal(aReport());
  });

  it('that is cut off or changed is refused, with a remedy', async () => {
    const fragment = await toFragment(aReport());
    for (const damaged of [
      fragment.slice(0, -40),
      '#report=',
      '#report=%%',
      '#report=AAAA',
      '#else',
    ]) {
      const { code, message } = await rejection(fromFragment(damaged));
      expect(code, damaged).to.equal('invalid-argument');
      expect(message, damaged).to.match(/cannot be opened|not a report/);
    }
  });

  it('that unpacks to far more than a report is refused', async () => {
    const zeros = new Blob(['0'.repeat(30_000_000)]).stream();
    const packed = zeros.pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    const fragment = `#report=${base64.replaceAll('+', '-').replaceAll('/', '_')}`;
    expect((await rejection(fromFragment(fragment))).message).to.include(
      'unpacks to more than 20.0 MB',
    );
  });
});
