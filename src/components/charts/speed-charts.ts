import { formatDuration } from '../../format.js';
import type { DeviceSpeed, Speed, Spread } from '../../reports/timings.js';
import { type Chart, tenth } from './chart.js';
import { chartTexts } from './chart-texts.js';
import { spreadPicture, type SpreadRow } from './spread-picture.js';

const texts = chartTexts.speeds;

/** First token and rate of each scenario that asked several times. */
export const scenarioSpeeds = (speeds: readonly Speed[]): Chart[] =>
  pair(speeds, [texts.firstToken, texts.rate], [texts.prompts]);

/**
 * First token and rate by device: this run, and earlier ones of the same model. A software adapter is
 * named as one in its row and in the note.
 */
export const deviceCharts = (speeds: readonly DeviceSpeed[]): Chart[] =>
  pair(
    speeds,
    [texts.devices, texts.deviceRates],
    speeds.some(({ software }) => software) ? [texts.software] : [],
  );

function pair(
  speeds: readonly Speed[],
  [first, second]: readonly [string, string],
  notes: readonly string[],
): Chart[] {
  const rows = (read: (speed: Speed) => Spread | undefined): SpreadRow[] =>
    speeds.flatMap((speed) => {
      const spread = read(speed);
      return spread ? [{ label: speed.label, spread }] : [];
    });
  const rate = (value: number) => String(Number(value.toPrecision(3)));
  return [
    ...chart(
      first,
      rows(({ firstToken }) => firstToken),
      formatDuration,
      'ms',
      notes,
    ),
    ...chart(
      second,
      rows((speed) => speed.rate),
      rate,
      'tok/s',
      notes.filter((note) => note !== texts.prompts),
    ),
  ];
}

function chart(
  title: string,
  rows: readonly SpreadRow[],
  format: (value: number) => string,
  unit: string,
  notes: readonly string[],
): Chart[] {
  if (rows.length === 0) return [];
  return [
    {
      title,
      summary: texts.summary(
        rows.map(({ label, spread }) => texts.row(label, format(spread.median), spread.count)),
      ),
      note: [texts.note, ...notes].join(' '),
      picture: spreadPicture(rows, format),
      columns: texts.columns(unit),
      rows: rows.map(({ label, spread }) => [
        label,
        spread.count,
        ...[
          spread.lowest,
          spread.lowerQuartile,
          spread.median,
          spread.upperQuartile,
          spread.highest,
        ].map(tenth),
      ]),
    },
  ];
}
