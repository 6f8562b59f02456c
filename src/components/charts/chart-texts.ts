import { count } from '../../format.js';

/** The texts of the charts. They load with them: see texts.ts. */
export const chartTexts = {
  table: (rows: number) => `Table (${count(rows, 'row')})`,
  tokens: {
    title: 'Time of each token',
    summary: (facts: {
      tokens: number;
      replies: number;
      median: string;
      lowest: string;
      highest: string;
      context: readonly [number, number];
    }) =>
      `${count(facts.tokens, 'token')} in ${facts.replies === 1 ? 'one reply' : `${facts.replies} replies`}. ` +
      `After the first token of a reply, a token took ${facts.median} in the median, ` +
      `from ${facts.lowest} to ${facts.highest}. ` +
      `The context grew from ${facts.context[0]} to ${facts.context[1]} tokens.`,
    note:
      'Measured in the worker, where the tokens are computed. A dashed line is the first token of a ' +
      'reply. It takes longer, because the model reads the prompt for it: its time is in the table only.',
    milliseconds: 'ms per token',
    context: 'context, tokens',
    x: 'token of this scenario',
    columns: ['Token', 'Request', 'Token of the reply', 'Context, tokens', 'Time, ms'],
  },
  series: {
    title: (name: string) => `${name}, in the order measured`,
    names: { loadedBytes: 'Memory with the model loaded' } as Record<string, string>,
    summary: (name: string, values: number, first: string, last: string, highest: string) =>
      `${name}: ${count(values, 'value')}, from ${first} at first to ${last} at last; ${highest} at most.`,
    x: 'round',
    columns: (name: string, unit: string) => ['Round', [name, unit].filter(Boolean).join(', ')],
    units: { Bytes: 'bytes', Ms: 'ms' } as Record<string, string>,
  },
  loads: {
    title: 'Loads, phase by phase',
    phases: ['download', 'compile', 'session', 'warm-up', 'rest'],
    summary: (loads: number, longest: string, where: string) =>
      `${count(loads, 'load')} of the model. The longest took ${longest}: ${where}.`,
    note:
      'Compile: the runtime’s WebAssembly, read from the browser’s cache where it is there. Session: the runtime reads ' +
      'the model. Rest: the start of the worker and its code. Milliseconds, measured in the worker.',
    columns: [
      'Load',
      'Device',
      'Download, ms',
      'Compile, ms',
      'Session, ms',
      'Warm-up, ms',
      'Rest, ms',
      'All, ms',
    ],
  },
  speeds: {
    firstToken: 'First token, by scenario',
    rate: 'Tokens per second, by scenario',
    devices: 'First token, by device',
    deviceRates: 'Tokens per second, by device',
    summary: (rows: readonly string[]) => `Medians: ${rows.join('; ')}.`,
    row: (label: string, median: string, replies: number) =>
      `${label} ${median} (${count(replies, 'value')})`,
    note: 'The stroke is the median, the box the middle half of the replies, the line all of them.',
    prompts: 'Prompts differ in length, so first tokens do too.',
    software:
      'A software adapter is the CPU that emulates a GPU. Its figures say nothing about WebGPU on a GPU.',
    columns: (unit: string) => [
      'Where',
      'Values',
      `Lowest, ${unit}`,
      `Lower quartile, ${unit}`,
      `Median, ${unit}`,
      `Upper quartile, ${unit}`,
      `Highest, ${unit}`,
    ],
    earlierRun: (when: string) => `run of ${when}`,
    thisRun: 'this run',
    earlierMedians: 'medians of this and earlier runs',
    softwareAdapter: (name: string) => `software adapter ${name}: no GPU`,
  },
  timings: {
    heading: 'Timings',
    none: 'No engine of this page computed in this run, so nothing was timed.',
    later: 'A run draws its timings here when it is over.',
    loaded: (time: string) => `loaded in ${time}`,
    firstToken: (time: string) => `first token ${time}`,
    rate: (rate: string) => `${rate} tok/s`,
  },
};
