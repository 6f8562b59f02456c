/** Templates for what a scenario's card shows at once. Model output is bound as text, never as HTML. */
import { html, nothing } from 'lit';
import type { ScenarioResult } from '../harness/report.js';
import type { Check } from '../scenarios/scenario.js';
import { count, formatByteProgress, formatDuration, formatValue } from '../format.js';
import { isOver, type ScenarioState } from '../harness/scenario-state.js';

/** The parts of a card, for `exportparts`: a harness has parts of the same names. */
export const scenarioParts = [
  'card',
  'header',
  'status',
  'button',
  'proves',
  'stage',
  'prompt',
  'output',
  'reason',
  'note',
  'loading',
  'metrics',
  'details',
  'dialog',
  'checks',
  'check',
  'device',
  'attempt',
  'exchanges',
  'exchange',
]
  .map((part) => `${part}: scenario-${part}`)
  .join(', ');

const phases: Record<string, string> = {
  download: 'Downloading',
  verify: 'Verifying the model',
  session: 'Starting the runtime',
  'warm-up': 'Warming up',
};

type Progress = NonNullable<ScenarioState['progress']>;

export function loadingPart({ progress, status }: Pick<ScenarioState, 'progress' | 'status'>) {
  if (!progress || status !== 'running') return nothing;
  const bytes = bytesOf(progress);
  return html`<div class="loading" part="loading">
    <span>${labelOf(progress)}${bytes ? html` <span class="muted">${bytes}</span>` : nothing}</span>
    ${progressPart(progress)}
  </div>`;
}

/** The same on one line, in which nothing moves. */
export const barPart = (progress: Progress) =>
  html`<div class="loading" part="loading">
    ${progressPart(progress)}
    <span class="line">${[bytesOf(progress), labelOf(progress)].filter(Boolean).join(' · ')}</span>
  </div>`;

const labelOf = ({ phase }: Progress): string => phases[phase] ?? phase;

const bytesOf = ({ loadedBytes, totalBytes }: Progress): string =>
  totalBytes > 0 ? formatByteProgress(loadedBytes, totalBytes) : '';

function progressPart(progress: Progress) {
  const { phase, loadedBytes, totalBytes } = progress;
  // Without a value the progress bar is indeterminate, as the progress of the runtime is unknown.
  return phase === 'download' && totalBytes > 0
    ? html`<progress
        aria-label=${labelOf(progress)}
        max=${totalBytes}
        value=${loadedBytes}
      ></progress>`
    : html`<progress aria-label=${labelOf(progress)}></progress>`;
}

/** Renders a trusted string with `words` in backticks as code. */
export const withCode = (text: string) =>
  text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece));

/**
 * Every reply, in the order of the requests, for a box that scrolls: what has arrived keeps its
 * place. Not a live region either.
 */
export function logPart({ live, status }: ScenarioState) {
  if (live.length === 0) return nothing;
  const reply = ({ message, text }: ScenarioState['live'][number], index: number) => {
    const arriving = status === 'running' && index === live.length - 1;
    const none = isOver({ status }) ? html`<span class="muted">(nothing)</span>` : '';
    return html`<p class="message">${hidden('Message: ')}${formatValue(message)}</p>
      <pre class="reply ${arriving ? 'arriving' : ''}">${text.trimStart() || none}</pre>`;
  };
  return html`<div class="output" part="output">${live.map(reply)}</div>`;
}

/** A run in one line: what it is doing, and then its figures. */
export function noteOf({ status, checks, tokens, result }: ScenarioState): string {
  if (status === 'waiting') return 'Waiting…';
  if (status === 'running') return tokens > 0 ? count(tokens, 'token') : 'Starting…';
  if (!result) return '';
  const { metrics, device } = result;
  const { tokensPerSecond, firstTokenMs } = metrics;
  return [
    checks.length > 0 ? `${count(checks.length, 'check')}, ${outcomeOf({ checks, status })}` : '',
    device?.actual,
    tokensPerSecond === undefined ? '' : `${tokensPerSecond.toFixed(0)} tok/s`,
    firstTokenMs === undefined ? '' : `first token ${formatDuration(firstTokenMs)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

export const hidden = (text: string) => html`<span class="visually-hidden">${text}</span>`;

/** `1 failed, 2 skipped`, or `all passed`. */
export function outcomeOf({ checks, status }: Pick<ScenarioState, 'checks' | 'status'>): string {
  const number = (one: Check['status']) => checks.filter((check) => check.status === one).length;
  const rest = (['failed', 'skipped'] as const)
    .filter((one) => number(one) > 0)
    .map((one) => `${number(one)} ${one}`);
  return rest.join(', ') || (isOver({ status }) ? 'all passed' : 'so far all passed');
}

export function reasonPart({ result }: ScenarioState) {
  if (!result) return nothing;
  const { reason, error, status } = result;
  if (!reason && !error) return nothing;
  return html`<div class="reason" part="reason" data-status=${status}>
    ${reason ? html`<p>${formatReason(result)}</p>` : nothing}
    ${status === 'skipped' ? nothing : stackPart(error)}
  </div>`;
}

function stackPart(error: ScenarioResult['error']) {
  if (!error?.stack) return nothing;
  const { code, name, stack } = error;
  return html`<details><summary>Error ${code ?? name}</summary><pre>${stack}</pre></details>`;
}

function formatReason({ status, reason, error }: ScenarioResult): string {
  if (status === 'failed' && !error) return `Failed: ${reason}`;
  if (status === 'skipped') return `Skipped: ${reason}`;
  return reason ?? '';
}
