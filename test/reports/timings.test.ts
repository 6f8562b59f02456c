import { expect } from '@esm-bundle/chai';
import type { Attempt } from '../../src/engine/ladder.js';
import type { Exchange, Report, ScenarioResult } from '../../src/harness/report.js';
import { ReportHistory } from '../../src/reports/report-history.js';
import {
  deviceSpeeds,
  loadsOf,
  mediansOf,
  speedsOf,
  spreadOf,
  tokenTimes,
} from '../../src/reports/timings.js';
import { aResult } from '../components/a-result.js';
import { aReport } from './a-report.js';

const [plain] = aResult().evidence.exchanges;

/** A reply whose prompt has three tokens. */
const anExchange = (tokens: number[], changes: Partial<Exchange> = {}): Exchange => ({
  ...plain!,
  device: 'wasm',
  outputTokenIds: tokens.map((_, index) => index),
  timings: { queued: 0, firstToken: tokens[0]!, total: 100, tokensPerSecond: 50, tokens },
  ...changes,
});

const withExchanges = (
  exchanges: Exchange[],
  evidence: Partial<ScenarioResult['evidence']> = {},
): ScenarioResult => aResult({ evidence: { ...aResult().evidence, ...evidence, exchanges } });

const rateOf = (tokensPerSecond: number): Partial<Exchange> => ({
  timings: { queued: 0, firstToken: 5, total: 9, tokensPerSecond, tokens: [5, 4] },
});

describe('tokenTimes', () => {
  it('has each token with its context: the prompt, and the reply so far', () => {
    expect(tokenTimes([anExchange([9, 2.5]), anExchange([8])])).to.deep.equal([
      { request: 1, token: 1, context: 3, milliseconds: 9 },
      { request: 1, token: 2, context: 4, milliseconds: 2.5 },
      { request: 2, token: 1, context: 3, milliseconds: 8 },
    ]);
  });

  it('leaves out what nobody measured, as in an older report or of a server', () => {
    expect(tokenTimes([plain!])).to.deep.equal([]);
  });
});

describe('loadsOf', () => {
  const timings = { download: 100, compile: 30, session: 80, warmUp: 20 };
  const loaded: Attempt = {
    device: 'wasm',
    dtype: 'q8',
    file: 'onnx/model_quantized.onnx',
    outcome: 'loaded',
    durationMs: 250,
  };
  const results = (...attempts: Attempt[]) => [
    aResult({ device: { requested: 'auto', actual: 'wasm', attempts } }),
  ];

  it('splits a load into phases that add up to it', () => {
    const [load] = loadsOf(results({ ...loaded, timings }));
    expect(load).to.deep.equal({
      title: 'Completes a chat',
      device: 'wasm',
      dtype: 'q8',
      download: 100,
      compile: 30,
      session: 50,
      warmUp: 20,
      rest: 50,
      total: 250,
    });
  });

  it('knows no load of a shared engine, of a failed rung, or of an older report', () => {
    expect(
      loadsOf(results({ ...loaded, shared: true }, { ...loaded, outcome: 'failed' }, loaded)),
    ).to.deep.equal([]);
  });
});

describe('spreadOf', () => {
  it('has the median and the quartiles, between values in proportion', () => {
    expect(spreadOf([4, 1, 3, 2])).to.deep.equal({
      count: 4,
      lowest: 1,
      lowerQuartile: 1.75,
      median: 2.5,
      upperQuartile: 3.25,
      highest: 4,
    });
    expect(spreadOf([7])).to.deep.include({ lowest: 7, median: 7, highest: 7 });
    expect(spreadOf([])).to.equal(undefined);
  });
});

describe('the speed', () => {
  it('of a scenario is told where it asked several times', () => {
    const once = withExchanges([anExchange([5, 4])]);
    const twice = withExchanges([anExchange([5, 4]), anExchange([9, 4], rateOf(70))]);
    expect(speedsOf([once])).to.deep.equal([]);
    const [speed] = speedsOf([twice]);
    expect(speed!.firstToken).to.deep.include({ count: 2, lowest: 5 });
    expect(speed!.rate).to.deep.include({ count: 2, median: 60 });
  });

  it('has no rate of a reply of one token', () => {
    const [speed] = speedsOf([withExchanges([anExchange([5]), anExchange([6])])]);
    expect(speed!.rate).to.equal(undefined);
  });

  it('is told apart by device, and a software adapter is named as one', () => {
    const adapter = {
      vendor: 'google',
      architecture: 'swiftshader',
      device: '',
      description: 'SwiftShader Device',
      isFallbackAdapter: true,
      shaderF16: false,
    };
    const gpu = withExchanges([anExchange([80, 70], { device: 'webgpu' })], {
      device: 'webgpu',
      dtype: 'fp32',
      adapter,
    });
    const speeds = deviceSpeeds(aReport([withExchanges([anExchange([5, 4])]), gpu]));
    expect(
      speeds.map(({ device, dtype, adapter: name, software, firstToken }) => [
        device,
        dtype,
        name,
        software,
        firstToken.median,
      ]),
    ).to.deep.equal([
      ['webgpu', 'fp32', 'SwiftShader Device', true, 80],
      ['wasm', 'q8', '', false, 5],
    ]);
  });

  it('of several runs is that of their medians, on the same device and dtype', () => {
    const speedAt = (time: number) =>
      deviceSpeeds(aReport([withExchanges([anExchange([time, 4])])]))[0]!;
    const own = speedAt(10);
    const other = { ...speedAt(99), dtype: 'fp32' };
    expect(mediansOf([other], own)).to.deep.equal([]);
    const [medians] = mediansOf([speedAt(20), other, speedAt(60)], own);
    expect(medians!.firstToken).to.deep.include({ count: 3, lowest: 10, median: 20, highest: 60 });
  });
});

describe('the history', () => {
  const at = (startedAt: string, device: 'wasm' | 'webgpu', model = 'unmocked-tiny'): Report => {
    const report = aReport(
      [aResult({ device: { requested: device, actual: device, attempts: [] } })],
      { startedAt },
    );
    return { ...report, model: { ...report.model, id: model } };
  };
  const NAME = 'timings-spec';

  it('gives earlier runs of the same model, and of other devices the newest', async () => {
    const history = await ReportHistory.open(NAME);
    const times = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (_, day) => `2026-01-0${day + 1}T00:00:00.000Z`,
    );
    await history.add(at(times[0]!, 'webgpu'));
    await history.add(at(times[1]!, 'webgpu'));
    await history.add(at(times[2]!, 'wasm'));
    await history.add(at(times[3]!, 'wasm', 'distilgpt2'));
    await history.add(at(times[5]!, 'wasm'));
    const earlier = await history.earlierThan(at(times[4]!, 'wasm'));
    expect(earlier.map(({ startedAt }) => startedAt)).to.deep.equal([times[2], times[1]]);
    history.close();
    indexedDB.deleteDatabase(NAME);
  });
});
