import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Report } from '../harness/report.js';
import { compareReports, type Comparison } from '../reports/compare-reports.js';
import { fromFragment, hasReport, toFragment } from '../reports/report-link.js';
import { KEPT_REPORTS, type KeptReport, ReportHistory } from '../reports/report-history.js';
import { readReport } from '../reports/read-report.js';
import { comparisonPart } from './comparison-part.js';
import type { UnmockedReportEvent } from './events.js';
import { statusIcon, totalsText } from './status.js';
import { texts } from './texts.js';
import { themeStyles } from './theme.styles.js';
import type { UnmockedHarness } from './unmocked-harness.js';
import { reportsStyles } from './unmocked-reports.styles.js';

/**
 * The runs that this browser keeps: opened again, compared, deleted; and reports from files and links.
 * It belongs to the page: an embedded harness keeps nothing.
 */
export class UnmockedReports extends LitElement {
  static override styles = [themeStyles, reportsStyles];

  /** Whose runs are kept, and where reports are shown. */
  @property({ attribute: false }) harness!: UnmockedHarness;

  @state() private kept: readonly KeptReport[] = [];
  /** Keys of the runs to compare. */
  @state() private chosen: readonly number[] = [];
  @state() private comparison: Comparison | undefined;
  @state() private said = '';
  @state() private problem = '';

  #history: ReportHistory | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.harness.addEventListener('unmocked-report', this.#keep);
    addEventListener('hashchange', this.#openLink);
    this.harness.earlier = async (report) => (await this.#history?.earlierThan(report)) ?? [];
    void this.#do(async () => {
      await this.#openLink();
      this.#history = await ReportHistory.open();
      this.kept = await this.#history.list();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.harness.removeEventListener('unmocked-report', this.#keep);
    removeEventListener('hashchange', this.#openLink);
    this.#history?.close();
    this.#history = undefined;
  }

  override render() {
    return html`<details>
      <summary><h2>${texts.reports.heading}</h2></summary>
      <div class="body">
        <div class="row">
          <button type="button" @click=${this.#chooseFile}>${texts.reports.openFile}</button>
          <input
            type="file"
            accept=".json,application/json"
            aria-label=${texts.reports.openFile}
            hidden
            @change=${this.#openFile}
          />
          <button type="button" ?disabled=${!this.harness.report} @click=${this.#copyLink}
            >${texts.reports.copyLink}</button
          >
          <button
            type="button"
            ?disabled=${this.chosen.length !== 2}
            @click=${() => this.#do(this.#compare)}
            >${texts.reports.compare}</button
          >
          <button
            type="button"
            ?disabled=${this.kept.length === 0}
            @click=${() => this.#do(() => this.#delete())}
            >${texts.reports.deleteAll}</button
          >
        </div>
        <p role="status">${this.said}</p>
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        ${this.comparison ? comparisonPart(this.comparison) : nothing} ${this.#table()}
        <p class="muted">${texts.reports.note(KEPT_REPORTS)}</p>
      </div>
    </details>`;
  }

  #table() {
    if (this.kept.length === 0) return html`<p class="muted">${texts.reports.none}</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${texts.reports.heading}>
      <table>
        <thead>
          <tr>
            ${Object.values(texts.reports.keptColumns).map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.kept.map((one) => this.#row(one))}
        </tbody>
      </table>
    </div>`;
  }

  #row({ key, startedAt, status, totals, model, dtype, device }: KeptReport) {
    const when = new Date(startedAt).toLocaleString();
    const isChosen = this.chosen.includes(key);
    return html`<tr>
      <td
        ><input
          type="checkbox"
          aria-label=${texts.reports.choose(when)}
          .checked=${isChosen}
          ?disabled=${!isChosen && this.chosen.length === 2}
          @change=${() => this.#toggle(key)}
      /></td>
      <th scope="row">${when}</th>
      <td>${statusIcon(status === 'stopped' ? 'not-run' : status)} ${texts.report.status[status]}</td>
      <td>${totalsText({ totals })}</td>
      <td>${[model, dtype, device].filter(Boolean).join(' · ')}</td>
      <td class="row">
        <button type="button" aria-label=${texts.reports.openLabel(when)} @click=${() => this.#do(() => this.#open(key))}
          >${texts.reports.open}</button
        >
        <button
          type="button"
          aria-label=${texts.reports.deleteLabel(when)}
          @click=${() => this.#do(() => this.#delete(key))}
          >${texts.reports.delete}</button
        >
      </td>
    </tr>`;
  }

  #toggle(key: number): void {
    this.chosen = this.chosen.includes(key)
      ? this.chosen.filter((one) => one !== key)
      : [...this.chosen, key];
  }

  /** Shows what goes wrong. The next action starts clean. */
  async #do(action: () => Promise<unknown>): Promise<void> {
    this.problem = this.said = '';
    try {
      await action();
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }

  readonly #keep = ({ target, detail }: UnmockedReportEvent): void => {
    if (target !== this.harness) return;
    void this.#do(async () => {
      await this.#history?.add(detail);
      this.kept = (await this.#history?.list()) ?? [];
    });
  };

  async #open(key: number): Promise<void> {
    this.#show((await this.#history?.get(key)) ?? undefined);
  }

  #show(report: Report | undefined): void {
    if (!report) throw new Error(texts.reports.gone);
    this.harness.show(report);
    this.said = texts.reports.shown(new Date(report.startedAt).toLocaleString());
    this.requestUpdate();
  }

  readonly #compare = async (): Promise<void> => {
    const keys = this.chosen.toSorted((a, b) => a - b);
    const [before, after] = await Promise.all(keys.map((key) => this.#history?.get(key)));
    if (!before || !after) throw new Error(texts.reports.gone);
    this.comparison = compareReports(before, after);
  };

  async #delete(key?: number): Promise<void> {
    await this.#history?.delete(key);
    this.kept = (await this.#history?.list()) ?? [];
    this.chosen = this.chosen.filter((one) => this.kept.some((kept) => kept.key === one));
    this.comparison = undefined;
    this.said = texts.reports.deleted(this.kept.length);
    // The button that was pressed is gone, or disabled.
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.body button')?.focus();
  }

  readonly #chooseFile = (): void =>
    this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')!.click();

  readonly #openFile = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    const [file] = input.files ?? [];
    void this.#do(async () => {
      if (file) this.#show(readReport(await file.text()));
    });
    input.value = ''; // The same file can be chosen again.
  };

  readonly #copyLink = (): void =>
    void this.#do(async () => {
      const url = new URL(location.href);
      url.search = '';
      url.hash = await toFragment(this.harness.report!);
      await navigator.clipboard.writeText(url.href).catch(() => {
        throw new Error(texts.report.notCopied);
      });
      this.said = texts.reports.linkCopied;
    });

  /** A link's report is shown, and kept by nobody until the user saves it. */
  readonly #openLink = async (): Promise<void> => {
    if (!hasReport(location.hash)) return;
    await this.#do(async () => this.#show(await fromFragment(location.hash)));
    this.renderRoot.querySelector('details')?.toggleAttribute('open', this.problem !== '');
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-reports': UnmockedReports;
  }
}
