/** Templates for what a scenario's card shows at once. Model output is bound as text, never as HTML. */
import { html, nothing } from 'lit';
import type { ScenarioResult } from '../harness/report.js';
import type { Check, Scenario } from '../scenarios/scenario.js';
import { cardTexts } from './card-texts.js';
import { formatByteProgress, formatDuration } from '../format.js';
import { isOver, type ScenarioState } from '../harness/scenario-state.js';
import { statusIcon, statusLabels } from './status.js';

export type Progress = NonNullable<ScenarioState['progress']>;

export const labelOf = ({ phase }: Progress): string => cardTexts.phases[phase] ?? phase;

export const bytesOf = ({ loadedBytes, totalBytes }: Progress): string =>
  totalBytes > 0 ? formatByteProgress(loadedBytes, totalBytes) : '';

export function progressPart(progress: Progress) {
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

/** Whether Stop is what the button does. */
export const isActive = ({ status }: Pick<ScenarioState, 'status'>): boolean =>
  status === 'running';

export interface CardButton {
  label: 'Run' | 'Ask' | 'Stop';
  /** What is run, for screen readers. */
  what?: string;
  disabled?: boolean;
  press(action: 'run' | 'stop'): void;
}

/** One button for Run and Stop keeps the keyboard focus. A disabled button would lose it meanwhile. */
export function buttonPart({ label, what, disabled = false, press }: CardButton) {
  // Another element for another word: a word that changes its width would move.
  const words = {
    Run: html`<b>${cardTexts.buttons.Run}</b>`,
    Ask: html`<b>${cardTexts.buttons.Ask}</b>`,
    Stop: html`<b>${cardTexts.buttons.Stop}</b>`,
  };
  return html`<button
    type="button"
    class="main"
    part="button"
    aria-label=${[cardTexts.buttons[label], what].filter(Boolean).join(' ')}
    aria-disabled=${disabled}
    @click=${() => disabled || press(label === 'Stop' ? 'stop' : 'run')}
    >${words[label]}</button
  >`;
}

/** A level that the page chooses needs a role: an element's name cannot change. */
export const titlePart = (text: unknown, level: number, className = '') =>
  html`<div id="title" class="title ${className}" role="heading" aria-level=${level}>${text}</div>`;

export function headerPart(
  {
    scenario: { id, title },
    state: { status, result },
    number,
    headingLevel,
  }: { scenario: Scenario; state: ScenarioState; number?: number; headingLevel: number },
  button: CardButton,
) {
  const duration = result?.durationMs ?? 0;
  return html`<header part="header">
    <div class="heading">
      ${titlePart(html`${number ? numberPart(number) : nothing}${title}`, headingLevel)}
      <code class="id muted">${id}</code>
    </div>
    <span class="status" part="status" data-status=${status}>
      ${statusIcon(status)}<span>${statusLabels[status]}</span>
      ${duration > 0 ? html`<span class="muted">${formatDuration(duration)}</span>` : nothing}
    </span>
    ${buttonPart({ what: title, ...button })}
  </header>`;
}

const numberPart = (number: number) =>
  html`<span class="number" aria-hidden="true">${String(number).padStart(2, '0')}</span>`;

export const provesPart = ({ proves }: Scenario) =>
  html`<p class="proves" part="proves">${withCode(proves)}</p>`;

/** Renders a trusted string with `words` in backticks as code. */
const withCode = (text: string) =>
  text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece));

export const hidden = (text: string) => html`<span class="visually-hidden">${text}</span>`;

/** `1 failed, 2 skipped`, or `all passed`. */
export function outcomeOf({ checks, status }: Pick<ScenarioState, 'checks' | 'status'>): string {
  const number = (one: Check['status']) => checks.filter((check) => check.status === one).length;
  const rest = (['failed', 'skipped'] as const)
    .filter((one) => number(one) > 0)
    .map((one) => `${number(one)} ${statusLabels[one]}`);
  return rest.join(', ') || (isOver({ status }) ? cardTexts.passed : cardTexts.soFar);
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
  return html`<details><summary>${cardTexts.error(code ?? name)}</summary><pre>${stack}</pre></details>`;
}

function formatReason({ status, reason, error }: ScenarioResult): string {
  if (status === 'failed' && !error) return cardTexts.failed(reason);
  if (status === 'skipped') return cardTexts.skipped(reason);
  return reason ?? '';
}

/** The only live region. It says what happens and is not read out token by token. */
export const announcementPart = (text: string) =>
  html`<p class="visually-hidden" role="status">${text}</p>`;

/** The page says in the default slot what to do without the element. */
export const errorPart = ({ message }: Error) =>
  html`<p class="reason" part="reason" data-status="failed">${message}</p>
    <slot></slot>`;
