import { expect } from '@esm-bundle/chai';
import {
  formatByteProgress,
  formatBytes,
  formatDuration,
  formatMetric,
  formatValue,
} from '../../src/format.js';
import { idle, isOver, reduceScenario } from '../../src/harness/scenario-state.js';
import type { RunEvent } from '../../src/harness/report.js';
import { aResult } from './a-result.js';

const id = 'streaming';

describe('reduceScenario', () => {
  it('follows a scenario from start to result, without changing a state in place', () => {
    const events: RunEvent[] = [
      { type: 'scenario-start', id },
      { type: 'progress', id, phase: 'download', loadedBytes: 1, totalBytes: 4 },
      {
        type: 'attempt',
        id,
        attempt: { device: 'wasm', dtype: 'q8', outcome: 'loaded', durationMs: 5 },
      },
      { type: 'exchange', id, exchange: 0, message: 'Hello' },
      { type: 'token', id, exchange: 0, tokenId: 1, text: ' Hi' },
      { type: 'token', id, exchange: 0, tokenId: 2, text: '!' },
      { type: 'exchange', id, exchange: 1, message: 'Bye' },
      { type: 'token', id, exchange: 1, tokenId: 3, text: ' Bye' },
      { type: 'check', id, check: { name: 'it says bye', status: 'passed' } },
    ];
    const states = [idle];
    for (const event of events) states.push(reduceScenario(Object.freeze(states.at(-1)!), event));
    expect(states[2]!.progress).to.deep.equal({ phase: 'download', loadedBytes: 1, totalBytes: 4 });
    const last = states.at(-1)!;
    expect(last.status).to.equal('running');
    expect(last.progress).to.equal(undefined);
    const two = [0, 1, 0].reduce(
      (state, exchange) =>
        reduceScenario(state, { type: 'token', id, exchange, tokenId: 1, text: String(exchange) }),
      last,
    );
    expect(
      two.live.map(({ text }) => text),
      'concurrent replies stay separate',
    ).to.deep.equal([' Hi!00', ' Bye1']);
    expect(last.live).to.deep.equal([
      { message: 'Hello', text: ' Hi!' },
      { message: 'Bye', text: ' Bye' },
    ]);
    expect(last.tokens).to.equal(3);
    expect(last.checks).to.have.length(1);
    expect(isOver(last)).to.equal(false);

    const over = reduceScenario(last, { type: 'scenario-end', id, result: aResult() });
    expect(isOver(over)).to.equal(true);
    expect(over.attempts, 'every attempt is kept').to.deep.equal(last.attempts);
    expect(over.live[0], 'the evidence replaces the live output').to.deep.equal({
      message: 'Hello, this is a test.',
      text: ' Hello! How are you?',
    });
  });
});

describe('format', () => {
  it('adds units to numbers', () => {
    expect([999, 1360534, 84911479, 236698606, 1.1e9].map(formatBytes)).to.deep.equal([
      '999 B',
      '1.4 MB',
      '84.9 MB',
      '237 MB',
      '1.1 GB',
    ]);
    expect(formatByteProgress(1_200_000, 4_000_000)).to.equal('1.2 of 4.0 MB');
    expect(formatByteProgress(900, 236_698_606)).to.equal('0 of 237 MB');
    expect([3.21, 840.4, 12_345, 125_000].map(formatDuration)).to.deep.equal([
      '3.2 ms',
      '840 ms',
      '12.3 s',
      '2 min 5 s',
    ]);
    expect(formatMetric('firstTokenMs', 12.34)).to.deep.equal({
      name: 'first token',
      value: '12 ms',
    });
    expect(formatMetric('tokensPerSecond', 104.13)).to.deep.equal({
      name: 'tokens per second',
      value: '104.1',
    });
  });

  it('cuts long values and shows their length', () => {
    expect(formatValue({ a: [1] })).to.equal('{"a":[1]}');
    expect(formatValue('x'.repeat(1000))).to.match(/^x{400}… \(1000 characters\)$/);
    // The string stays well-formed even if the cut splits a surrogate pair.
    expect(formatValue(`${'x'.repeat(399)}😀${'x'.repeat(9)}`).isWellFormed()).to.equal(true);
  });
});
