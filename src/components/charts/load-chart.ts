import { formatDuration } from '../../format.js';
import type { LoadPhases } from '../../reports/timings.js';
import { type Chart, tenth } from './chart.js';
import { chartTexts } from './chart-texts.js';
import { phasePicture } from './phase-picture.js';

/** Where the time of each load went. Undefined without a load. */
export function loadChart(loads: readonly LoadPhases[]): Chart | undefined {
  const texts = chartTexts.loads;
  const longest = loads.toSorted((a, b) => b.total - a.total)[0];
  if (!longest) return undefined;
  const where = texts.phases.map(
    (name, index) => `${name} ${formatDuration(partsOf(longest)[index]!)}`,
  );
  return {
    title: texts.title,
    summary: texts.summary(loads.length, formatDuration(longest.total), where.join(', ')),
    note: texts.note,
    picture: phasePicture(
      texts.phases,
      loads.map((load) => ({
        label: `${load.title} · ${deviceOf(load)}`,
        value: formatDuration(load.total),
        parts: partsOf(load),
      })),
    ),
    columns: texts.columns,
    rows: loads.map((load) => [
      load.title,
      deviceOf(load),
      ...[...partsOf(load), load.total].map(tenth),
    ]),
  };
}

const partsOf = ({ download, compile, session, warmUp, rest }: LoadPhases): number[] => [
  download,
  compile,
  session,
  warmUp,
  rest,
];

const deviceOf = ({ device, dtype }: LoadPhases): string =>
  [device, dtype].filter(Boolean).join(' ');
