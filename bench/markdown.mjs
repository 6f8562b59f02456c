import { table } from '../scripts/lib/docs/table.mjs';
import { formatNumber, formatUnit, ratioText } from './print.mjs';
import { summary } from './statistics.mjs';

const MARKS = /(<!-- bench -->\n)[^]*?(<!-- end -->)/;

/**
 * A result as Markdown: the machine, the table, and the other rows.
 *
 * @param {import('./result.mjs').Result} result
 */
export function toMarkdown({ date, machine, device, quick, comparisons, rows }) {
  const { processor, cores, memoryGB, platform, chromium, node } = machine;
  const parts = [
    `Measured on ${date.slice(0, 10)} by \`npm run bench${quick ? ' -- --quick' : ''}\` on ` +
      `${device}: ${processor}, ${cores} cores, ${memoryGB} GB of memory, ${platform}, ` +
      `Chromium ${chromium}, Node ${node}.\n`,
  ];
  const cell = (/** @type {readonly number[]} */ samples, /** @type {string} */ unit) =>
    `${formatNumber(summary(samples).median, unit)}${formatUnit(unit)}`;
  if (comparisons.length > 0)
    parts.push(
      table(
        ['model', 'measure', 'ours', 'against', '', 'ours / that', 'interval', 'goal'],
        comparisons.map((row) => [
          row.model,
          row.title,
          cell(row.ours, row.unit),
          row.against,
          cell(row.base, row.unit),
          ...ratioText(row),
        ]),
      ),
    );
  if (rows.length > 0)
    parts.push(
      table(
        ['other rows', 'median', 'least to greatest', 'target'],
        rows.map(({ name, unit, samples, target }) => {
          const { min, max } = summary(samples);
          const range = [min, max].map((value) => formatNumber(value, unit)).join(' to ');
          return [name, cell(samples, unit), range, target ?? ''];
        }),
      ),
    );
  return parts.join('\n');
}

/**
 * Writes the figures into a page, between `<!-- bench -->` and `<!-- end -->`.
 *
 * @param {string} page
 * @param {string} figures
 * @throws {Error} if the page has no such marks.
 */
export function fillFigures(page, figures) {
  if (!MARKS.test(page)) throw new Error('The page has no <!-- bench --> with an <!-- end -->');
  return page.replace(MARKS, (_, start, end) => `${start}\n${figures}\n${end}`);
}
