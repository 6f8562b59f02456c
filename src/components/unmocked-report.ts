import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { toJUnit } from '../harness/junit.js';
import type { Report, ResultStatus } from '../harness/report.js';
import { formatDuration } from '../format.js';
import { toMarkdown } from '../reports/markdown.js';
import { resultStatuses, statusIcon, statusLabels } from './status.js';
import { texts } from './texts.js';
import { themeStyles } from './theme.styles.js';
import { reportStyles } from './unmocked-report.styles.js';

/**
 * The progress and the outcome of a run, and its report to download or copy.
 *
 * @csspart panel, totals, total, export
 */
export class UnmockedReport extends LitElement {
  static override styles = [themeStyles, reportStyles];

  /** Results so far. */
  @property({ attribute: false }) results: readonly { status: ResultStatus }[] = [];
  /** Scenarios of the run; 0 before the first. */
  @property({ type: Number }) expected = 0;
  /** Title of the running scenario. */
  @property() current = '';
  @property({ attribute: false }) report: Report | undefined;
  /** For screen readers. */
  @state() private announcement = '';

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('report')) this.announcement = '';
  }

  override render() {
    const { expected, results, report } = this;
    if (expected === 0) return nothing;
    const done = results.filter(({ status }) => status !== 'not-run');
    const good = done.every(({ status }) => status === 'passed' || status === 'skipped');
    return html`<section part="panel" aria-label=${texts.report.label}>
      <div class="line">
        ${report ? verdict(report) : nothing}
        <span>${texts.report.of(done.length, expected)}${report ? computed(report) : nothing}</span>
        ${!report && this.current ? current(this.current) : nothing}
      </div>
      <progress
        aria-label=${texts.report.progress}
        class=${good ? '' : 'failed'}
        max=${expected}
        value=${done.length}
      ></progress>
      <div class="foot">
        <ul class="totals" part="totals">
          ${resultStatuses.map((status) =>
            total(status, results.filter((result) => result.status === status).length),
          )}
        </ul>
        ${report ? this.#exports(report) : nothing}
      </div>
      ${report?.problems.map((problem) => problemLine(problem, report))}
    </section>`;
  }

  #exports(report: Report) {
    const json = () => JSON.stringify(report, null, 2);
    const saveJson = () => this.#download('unmocked.json', 'application/json', json());
    const saveMarkdown = () => this.#download('unmocked.md', 'text/markdown', toMarkdown(report));
    const saveJUnit = () => this.#download('unmocked.xml', 'application/xml', toJUnit(report));
    return html`<div class="export" part="export">
      <span class="muted">${texts.report.name}</span>
      <button type="button" @click=${saveJson}>JSON</button>
      <button type="button" @click=${saveJUnit}>JUnit</button>
      <button type="button" @click=${saveMarkdown}>Markdown</button>
      <button type="button" @click=${() => this.#copy(json())}>${texts.report.copy}</button>
      <span role="status">${this.announcement}</span>
    </div>`;
  }

  #download(name: string, type: string, text: string): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    // A browser that asks where to save the file reads the blob later.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.announcement = texts.report.copied;
    } catch {
      this.announcement = texts.report.notCopied;
    }
  }
}

const verdict = ({ status }: Report) =>
  html`<strong class="verdict" data-status=${status}
    >${statusIcon(status === 'stopped' ? 'not-run' : status)} ${texts.report.status[status]}</strong
  >`;

const current = (title: string) => html`<span class="muted current">${title}</span>`;

function computed({ durationMs, inference: { tokens, remoteTokens, kind } }: Report) {
  const remote = remoteTokens > 0 ? `, ${remoteTokens} by the server` : '';
  const inferred = kind === 'inferred' ? ', the rest inferred from fresh words' : '';
  const text = `in ${formatDuration(durationMs)}, ${tokens} tokens computed here${remote}${inferred}`;
  return html` <span class="muted">${text}</span>`;
}

function total(status: ResultStatus, number: number) {
  if (number === 0) return nothing;
  const text = html`${number} ${statusLabels[status]}`;
  return html`<li part="total" data-status=${status}>${statusIcon(status)} ${text}</li>`;
}

const problemLine = (problem: string, { status }: Report) =>
  html`<p class=${status === 'stopped' ? 'muted' : 'problem'}>${problem}</p>`;

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-report': UnmockedReport;
  }
}
