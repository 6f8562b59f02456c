import { svg, type SVGTemplateResult } from 'lit';
import type { Report, ResultStatus } from '../harness/report.js';
import type { ScenarioStatus } from '../harness/scenario-state.js';

/** Each status in words. Colour and icon only repeat it. */
export const statusLabels: Record<ScenarioStatus, string> = {
  idle: 'ready',
  waiting: 'waiting',
  running: 'running',
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  'timed-out': 'timed out',
  'not-run': 'not run',
};

const stroke = (d: string) =>
  svg`<path
    d=${d}
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
  />`;
const ring = svg`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" />`;

const shapes: Record<ScenarioStatus, SVGTemplateResult> = {
  idle: svg`<circle cx="8" cy="8" r="3" fill="currentColor" />`,
  waiting: svg`${ring}${stroke('M8 5v3h2.5')}`,
  running: svg`<path d="M5 3l8 5-8 5z" fill="currentColor" />`,
  passed: stroke('M3 8.5l3.5 3.5L13 4.5'),
  failed: stroke('M4 4l8 8M12 4l-8 8'),
  skipped: stroke('M3 4l4 4-4 4M9 4l4 4-4 4'),
  'timed-out': svg`${ring}${stroke('M8 4.8V8l2 2')}`,
  'not-run': svg`${ring}${stroke('M4 12l8-8')}`,
};

/** The icon of a status. It decorates the label, so screen readers skip it. */
export const statusIcon = (status: ScenarioStatus) =>
  svg`<svg
    viewBox="0 0 16 16"
    width="14"
    height="14"
    aria-hidden="true"
    focusable="false"
    >${shapes[status]}</svg
  >`;

/** The statuses of results, in the order of a summary. */
export const resultStatuses = [
  'passed',
  'failed',
  'timed-out',
  'skipped',
  'not-run',
] as const satisfies readonly ResultStatus[];

/** `9 passed, 2 failed`. */
export const totalsText = ({ totals }: Pick<Report, 'totals'>): string =>
  resultStatuses
    .filter((status) => totals[status] > 0)
    .map((status) => `${totals[status]} ${statusLabels[status]}`)
    .join(', ');
