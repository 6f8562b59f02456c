import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniform } from '../../bench/models/random.mjs';
import { groupSpans } from '../../bench/profile/group-spans.mjs';
import { medianInterval, ratios, summary } from '../../bench/statistics.mjs';

describe('the median of samples', () => {
  test('of an odd and of an even number, in any order', () => {
    assert.deepEqual(summary([30, 10, 20]), { median: 20, min: 10, max: 30 });
    assert.deepEqual(summary([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
    assert.deepEqual(summary([7]), { median: 7, min: 7, max: 7 });
  });

  test('the samples stay as they are', () => {
    const samples = [3, 1, 2];
    summary(samples);
    medianInterval(samples);
    assert.deepEqual(samples, [3, 1, 2]);
  });
});

describe('the interval of the median', () => {
  /** @param {number} count */
  const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1).toReversed();

  // Confidences from the binomial distribution, by hand: 1 - 2 · (1 + 9) / 2^9, for instance.
  for (const [count, low, high, confidence] of /** @type {const} */ ([
    [1, 1, 1, 0],
    [2, 1, 2, 0.5],
    [3, 1, 3, 0.75],
    [5, 1, 5, 0.9375],
    [6, 1, 6, 0.96875],
    [8, 1, 8, 0.9921875],
    [9, 2, 8, 1 - 20 / 512],
    [18, 5, 14, 1 - (2 * (1 + 18 + 153 + 816 + 3060)) / 2 ** 18],
  ]))
    test(`of ${count} samples is from the ${low}. to the ${high}.`, () => {
      const interval = medianInterval(upTo(count));
      assert.deepEqual([interval.low, interval.high], [low, high]);
      assert.ok(Math.abs(interval.confidence - confidence) < 1e-12, String(interval.confidence));
    });

  test('holds the true median as often as it says, for a skewed distribution', () => {
    const random = uniform(1);
    const draw = () => -Math.log(1 - random()); // its median is ln 2
    const runs = 4000;
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const { low, high } = medianInterval(Array.from({ length: 9 }, draw));
      if (low <= Math.LN2 && Math.LN2 <= high) held++;
    }
    const { confidence } = medianInterval(upTo(9));
    assert.ok(Math.abs(held / runs - confidence) < 0.01, `${held / runs} against ${confidence}`);
  });
});

describe('ratios', () => {
  test('pair by pair', () => assert.deepEqual(ratios([10, 30], [5, 10]), [2, 3]));

  test('a sample without its other half is refused', () => {
    assert.throws(() => ratios([1, 2], [1]), /there are 2 samples and 1 of the baseline/);
  });
});

describe('bad samples are refused, and named', () => {
  for (const [samples, message] of /** @type {const} */ ([
    [[], /samples are \[\]: give a list of numbers/],
    [[1, NaN], /samples are \[1, NaN\]/],
    [[1, Infinity], /samples are \[1, Infinity\]/],
    [undefined, /samples are undefined/],
    [['1'], /samples are \[1\]/],
  ]))
    test(String(message), () => {
      const bad = /** @type {number[]} */ (/** @type {unknown} */ (samples));
      assert.throws(() => summary(bad), { name: 'TypeError', message });
      assert.throws(() => medianInterval(bad), { name: 'TypeError', message });
    });
});

test('spans of one name become one, and time in which two of them ran counts once', () => {
  const span = (
    /** @type {string} */ name,
    /** @type {number} */ from,
    /** @type {number} */ to,
  ) => ({
    name,
    from,
    to,
  });
  const spans = [span('b', 20, 30), span('a', 0, 10), span('a', 5, 12), span('a', 20, 21)];
  assert.deepEqual(groupSpans(spans), [
    { name: 'a', from: 0, to: 21, busy: 13 },
    { name: 'b', from: 20, to: 30, busy: 10 },
  ]);
});
