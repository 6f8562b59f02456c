/** Steps that people count in, for an axis from 0. */
export interface Scale {
  /** The end of the axis. */
  end: number;
  /** From 0 to the end. */
  ticks: readonly number[];
  /** Where a value is, from 0 to 100. */
  percent(value: number): number;
}

/** @param highest the largest value that has to fit; not below 0. */
export function scaleTo(highest: number, steps = 4): Scale {
  const rough = (highest > 0 ? highest : 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999)!;
  const count = Math.max(1, Math.ceil((highest / step) * 0.999));
  const end = step * count;
  return {
    end,
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
    percent: (value) => (value / end) * 100,
  };
}
