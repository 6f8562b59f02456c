import { expect, fixture, html } from '@open-wc/testing';
import '../../src/components/index.js';
import { chartsOf } from '../../src/components/charts/scenario-charts.js';
import type { UnmockedChart } from '../../src/components/charts/unmocked-chart.js';
import type { UnmockedTimings } from '../../src/components/charts/unmocked-timings.js';
import { loadReport } from '../../src/components/load-report.js';
import { scaleTo } from '../../src/components/charts/scale.js';
import type { Exchange, Report } from '../../src/harness/report.js';
import { aReport } from '../reports/a-report.js';
import { aResult } from './a-result.js';
import { textOf } from './text-of.js';

const [plain] = aResult().evidence.exchanges;
const exchange = (tokens: number[], changes: Partial<Exchange> = {}): Exchange => ({
  ...plain!,
  device: 'wasm',
  outputTokenIds: tokens,
  timings: { queued: 0, firstToken: tokens[0]!, total: 100, tokensPerSecond: 50, tokens },
  ...changes,
});
const timed = (exchanges: Exchange[], series?: Record<string, number[]>) =>
  aResult({
    evidence: { ...aResult().evidence, exchanges },
    ...(series ? { series } : {}),
    device: {
      requested: 'auto',
      actual: 'wasm',
      attempts: [
        {
          device: 'wasm',
          dtype: 'q8',
          outcome: 'loaded',
          durationMs: 250,
          timings: { download: 100, compile: 30, session: 80, warmUp: 20 },
        },
      ],
    },
  });

const open = async (details: HTMLDetailsElement): Promise<void> => {
  const toggled = new Promise((resolve) =>
    details.addEventListener('toggle', resolve, { once: true }),
  );
  details.open = true;
  await toggled;
};
/** The table of a chart, opened: its cells as text. */
async function tableOf(chart: UnmockedChart): Promise<string[][]> {
  await open(chart.shadowRoot!.querySelector('details')!);
  await chart.updateComplete;
  return [...chart.shadowRoot!.querySelectorAll('tr')].map(({ cells }) =>
    [...cells].map(({ textContent }) => textContent.trim()),
  );
}
const titleOf = (chart: UnmockedChart) => chart.chart.title;

describe('the charts of a scenario', () => {
  const charts = async (...of: Parameters<typeof timed>) => {
    const element = await fixture(
      html`<div>${chartsOf(timed(...of)).map((chart) => html`<unmocked-chart .chart=${chart}></unmocked-chart>`)}</div>`,
    );
    return [...element.querySelectorAll('unmocked-chart')];
  };

  it('are none without a measured token', () => {
    expect(chartsOf(aResult())).to.deep.equal([]);
    expect(chartsOf(timed([exchange([9])]))).to.deep.equal([]);
  });

  it('have every token in a table, built when it opens, and say in words what they show', async () => {
    const [chart] = await charts([exchange([9, 2.5, 3.1]), exchange([8, 2])]);
    expect(chart!.shadowRoot!.querySelector('table')).to.equal(null);
    expect(await tableOf(chart!)).to.deep.equal([
      ['Token', 'Request', 'Token of the reply', 'Context, tokens', 'Time, ms'],
      ['1', '1', '1', '3', '9'],
      ['2', '1', '2', '4', '2.5'],
      ['3', '1', '3', '5', '3.1'],
      ['4', '2', '1', '3', '8'],
      ['5', '2', '2', '4', '2'],
    ]);
    const picture = chart!.shadowRoot!.querySelector('[role=img]')!;
    expect(picture.getAttribute('aria-label')).to.equal(
      '5 tokens in 2 replies. After the first token of a reply, a token took 2.5 ms in the median, ' +
        'from 2 ms to 3.1 ms. The context grew from 3 to 5 tokens.',
    );
    await expect(chart!).to.be.accessible();
  });

  it('draw each value at its height', async () => {
    const [chart] = await charts([exchange([9, 2, 4, 1])]);
    const [line] = chart!.shadowRoot!.querySelectorAll('.line');
    // 2 to 4 of the tokens 1 to 4; an axis from 0 to 4, drawn downwards from 1000.
    const points = line!
      .getAttribute('d')!
      .match(/-?[\d.]+/g)!
      .map(Number)
      .map(Math.round);
    expect(points).to.deep.equal([333, 500, 667, 0, 1000, 750]);
  });

  it('show numbers that a scenario measured over its rounds', async () => {
    const [, chart] = await charts([exchange([9, 2])], { loadedBytes: [40_000_000, 41_500_000] });
    expect(await tableOf(chart!)).to.deep.equal([
      ['Round', 'Memory with the model loaded, bytes'],
      ['1', '40000000'],
      ['2', '41500000'],
    ]);
    expect(chart!.shadowRoot!.querySelector('[role=img]')!.getAttribute('aria-label')).to.contain(
      'from 40.0 MB at first to 41.5 MB at last',
    );
  });
});

describe('<unmocked-timings>', () => {
  before(loadReport);

  const timings = async (report: Report, earlier: Report[] = []) => {
    const element = await fixture<UnmockedTimings>(
      html`<unmocked-timings .report=${report} .earlier=${async () => earlier}></unmocked-timings>`,
    );
    await open(element.shadowRoot!.querySelector('details')!);
    await element.updateComplete;
    await element.updateComplete;
    const all = [...element.shadowRoot!.querySelectorAll('unmocked-chart')];
    return { element, chart: (title: string) => all.find((one) => titleOf(one) === title)! };
  };
  const adapter = {
    vendor: 'google',
    architecture: 'swiftshader',
    device: '',
    description: 'SwiftShader Device',
    isFallbackAdapter: false,
    shaderF16: false,
  };
  const onGpu = () => {
    const result = timed([exchange([800, 700], { device: 'webgpu' })]);
    return aResult({
      ...result,
      id: 'streaming',
      title: 'Streams',
      evidence: { ...result.evidence, device: 'webgpu', dtype: 'fp32', adapter },
      device: { ...result.device!, actual: 'webgpu', attempts: [] },
    });
  };

  it('has the phases of each load, which add up', async () => {
    const { element, chart } = await timings(aReport([timed([exchange([9, 2])])]));
    expect(textOf(element)).to.contain('loaded in 250 ms, first token 9 ms, 50 tok/s');
    expect((await tableOf(chart('Loads, phase by phase')))[1]).to.deep.equal([
      'Completes a chat',
      'wasm q8',
      '100',
      '30',
      '50',
      '20',
      '50',
      '250',
    ]);
  });

  it('has first token and rate with their spread over the replies of a scenario', async () => {
    const { chart } = await timings(
      aReport([timed([1, 2, 3, 4].map((time) => exchange([time, 2])))]),
    );
    expect((await tableOf(chart('First token, by scenario')))[1]).to.deep.equal([
      'Completes a chat',
      '4',
      '1',
      '1.8',
      '2.5',
      '3.3',
      '4',
    ]);
    expect((await tableOf(chart('Tokens per second, by scenario')))[1]!.slice(0, 3)).to.deep.equal([
      'Completes a chat',
      '4',
      '50',
    ]);
  });

  it('puts WebGPU beside WASM, and never calls a software adapter a GPU', async () => {
    const { element, chart } = await timings(aReport([timed([exchange([9, 2])]), onGpu()]));
    const devices = chart('First token, by device');
    const [, ...rows] = await tableOf(devices);
    expect(rows.map(([name, , lowest]) => [name, lowest])).to.deep.equal([
      ['webgpu fp32, this run, software adapter SwiftShader Device: no GPU', '800'],
      ['wasm q8, this run', '9'],
    ]);
    expect(textOf(devices)).to.contain('Its figures say nothing about WebGPU on a GPU.');
    await expect(element).to.be.accessible();
  });

  it('takes the other device and the repeats from earlier runs of this browser', async () => {
    const { chart } = await timings(aReport([timed([exchange([9, 2])])]), [
      aReport([timed([exchange([19, 2])])]),
      aReport([onGpu()], { startedAt: '2026-01-01T00:00:00.000Z' }),
    ]);
    const [, ...rows] = await tableOf(chart('First token, by device'));
    expect(
      rows.map(([name, count, lowest, , median]) => [name, count, lowest, median]),
    ).to.deep.equal([
      ['wasm q8, this run', '1', '9', '9'],
      [
        `webgpu fp32, run of ${new Date('2026-01-01T00:00:00.000Z').toLocaleString()}, ` +
          'software adapter SwiftShader Device: no GPU',
        '1',
        '800',
        '800',
      ],
      ['wasm q8, medians of this and earlier runs', '2', '9', '14'],
    ]);
  });

  it('keeps the last report while the next run goes on', async () => {
    const { element } = await timings(aReport([timed([exchange([9, 2])])]));
    element.report = undefined;
    await element.updateComplete;
    expect(element.shadowRoot!.querySelector('unmocked-chart')).not.to.equal(null);
  });
});

describe('scaleTo', () => {
  it('ends at a round number that holds the value', () => {
    expect(scaleTo(206).ticks).to.deep.equal([0, 100, 200, 300]);
    expect(scaleTo(4).ticks).to.deep.equal([0, 1, 2, 3, 4]);
    expect(scaleTo(0.7).end).to.be.at.least(0.7);
    expect(scaleTo(0).percent(0)).to.equal(0);
  });
});
