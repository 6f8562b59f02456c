import { compare } from './compare.mjs';
import { describeMachine } from './machine.mjs';
import { printCompared, printComparison, printRow } from './print.mjs';
import { toResult } from './result.mjs';
import { goalOf, measures } from './table/goals.mjs';

/** Collects and prints what was measured. */
export class Report {
  /** @type {import('./result.mjs').Comparison[]} */
  #comparisons = [];
  /** @type {import('./result.mjs').Row[]} */
  #rows = [];
  #chromium = 'unknown';
  /** @type {{ device: string, quick: boolean }} */
  #options;

  /** @param {{ device: string, quick: boolean }} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * @param {string} model
   * @param {Awaited<ReturnType<typeof import('./table/measure.mjs').measureTable>>} measured
   */
  addTable(model, { rows, facts, browser }) {
    this.#chromium = browser;
    const { file, dtype, device, threads } = facts;
    console.log(`\n${model} (${file}, ${dtype}) on ${device}, ${threads} of our threads:`);
    for (const { measure, against, ours, base } of rows) {
      const goal = goalOf(model, measure, against);
      const row = {
        model,
        measure,
        against,
        ...measures[measure],
        ...(goal === undefined ? {} : { goal }),
        ours,
        base,
      };
      this.#comparisons.push(row);
      printComparison(row);
    }
    console.log('');
  }

  /** @type {import('./rows/rows.mjs').AddRow} */
  addRow = (name, samples, unit, more = {}) => {
    const row = { name, unit, ...more, samples };
    this.#rows.push(row);
    printRow(row);
  };

  result() {
    return toResult({
      machine: describeMachine(this.#chromium),
      ...this.#options,
      comparisons: this.#comparisons,
      rows: this.#rows,
    });
  }

  /**
   * Prints how each ratio compares with an earlier run.
   *
   * @param {import('./result.mjs').Result} earlier
   * @throws {Error} that names the rows that became worse.
   */
  compareWith(earlier) {
    const compared = compare(earlier, this.result());
    for (const one of compared) printCompared(one);
    const worse = compared.filter(({ verdict }) => verdict === 'worse');
    if (worse.length > 0)
      throw new Error(`Worse than before: ${worse.map(({ name }) => name).join('; ')}`);
  }
}
