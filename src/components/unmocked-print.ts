import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formatDuration, formatMetric, formatValue } from '../format.js';
import type { Report, ScenarioResult } from '../harness/report.js';
import type { Check } from '../scenarios/scenario.js';
import { cardTexts } from './card-texts.js';
import { statusIcon, statusLabels } from './status.js';
import { themeStyles } from './theme.styles.js';
import { printStyles } from './unmocked-print.styles.js';

/**
 * The whole report on paper: every result with its checks. On the screen it is empty, and costs nothing
 * until somebody prints.
 */
export class UnmockedPrint extends LitElement {
  static override styles = [themeStyles, printStyles];

  @property({ attribute: false }) report: Report | undefined;
  @state() private printing = false;
  readonly #paper = matchMedia('print');

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeprint', this.#begin);
    addEventListener('afterprint', this.#end);
    this.#paper.addEventListener('change', this.#change);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeprint', this.#begin);
    removeEventListener('afterprint', this.#end);
    this.#paper.removeEventListener('change', this.#change);
  }

  override render() {
    if (!this.printing || !this.report) return nothing;
    return this.report.results.map(resultPart);
  }

  readonly #change = (): void => (this.#paper.matches ? this.#begin() : this.#end());

  /** The browser prints what is there when this returns. */
  readonly #begin = (): void => {
    this.printing = true;
    this.performUpdate();
  };

  readonly #end = (): void => {
    this.printing = false;
  };
}

function resultPart(result: ScenarioResult) {
  const { id, title, status, reason, checks, durationMs, device, evidence, metrics } = result;
  const facts = [
    id,
    durationMs > 0 ? formatDuration(durationMs) : '',
    device?.actual,
    evidence.dtype,
    cardTexts.tokens(evidence.tokensComputed),
  ];
  const figures = Object.entries(metrics).map(([name, value]) => formatMetric(name, value));
  return html`<article>
    <h3>${title}: <span data-status=${status}>${statusIcon(status)} ${statusLabels[status]}</span></h3>
    <p class="muted">${facts.filter(Boolean).join(' · ')}</p>
    ${reason ? html`<p class="reason">${reason}</p>` : nothing}
    ${
      figures.length > 0
        ? html`<p>${figures.map(({ name, value }) => `${name} ${value}`).join(', ')}</p>`
        : nothing
    }
    <ul>
      ${checks.map(checkPart)}
    </ul>
  </article>`;
}

function checkPart({ name, status, actual, expected, reason }: Check) {
  const fact = (label: string, value: unknown) =>
    value === undefined ? nothing : html`<div>${label}: <code>${formatValue(value)}</code></div>`;
  return html`<li>
    <span data-status=${status}>${statusIcon(status)}</span>
    <div
      >${statusLabels[status]}: ${name}${reason ? ` (${reason})` : ''}
      ${fact(cardTexts.actual, actual)} ${fact(cardTexts.expected, expected)}</div
    >
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-print': UnmockedPrint;
  }
}
