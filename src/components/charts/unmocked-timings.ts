import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { formatDuration } from '../../format.js';
import type { Report } from '../../harness/report.js';
import {
  deviceSpeeds,
  type DeviceSpeed,
  loadsOf,
  mediansOf,
  speedsOf,
  spreadOf,
} from '../../reports/timings.js';
import { define } from '../define.js';
import type { Chart } from './chart.js';
import { chartTexts } from './chart-texts.js';
import { loadChart } from './load-chart.js';
import { deviceCharts, scenarioSpeeds } from './speed-charts.js';
import { timingsStyles } from './timings.styles.js';
import { UnmockedChart } from './unmocked-chart.js';

define({ 'unmocked-chart': UnmockedChart });

/** Earlier reports of the same model, newest first. */
export type EarlierReports = (report: Report) => Promise<readonly Report[]>;

/**
 * How fast a run was: its loads, its first tokens, its rates, and its devices beside each other. In one
 * line, which opens.
 *
 * @csspart panel, charts
 */
export class UnmockedTimings extends LitElement {
  static override styles = timingsStyles;

  @property({ attribute: false }) report: Report | undefined;
  /** Undefined: this page keeps no reports. */
  @property({ attribute: false }) earlier: EarlierReports | undefined;
  @state() private open = false;
  @state() private others: readonly Report[] = [];

  /** The latest report. It stays while the next run goes on, so that nothing moves. */
  #shown: Report | undefined;

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('report') && this.report) {
      this.#shown = this.report;
      this.others = [];
    }
    if ((changed.has('report') || changed.has('open')) && this.open) void this.#readEarlier();
  }

  override render() {
    const report = this.#shown;
    const { heading } = chartTexts.timings;
    return html`<details part="panel" @toggle=${this.#toggle}>
      <summary
        ><h3>${heading}</h3>
        <span class="muted">${report ? headline(report) : chartTexts.timings.later}</span></summary
      >
      ${this.open && report ? this.#charts(report) : nothing}
    </details>`;
  }

  #charts(report: Report) {
    const load = loadChart(loadsOf(report.results));
    const charts: Chart[] = [
      ...deviceCharts(this.#devices(report)),
      ...scenarioSpeeds(speedsOf(report.results)),
    ];
    return html`<div class="charts" part="charts">
      ${load ? html`<unmocked-chart class="loads" .chart=${load}></unmocked-chart>` : nothing}
      ${charts.map((chart) => html`<unmocked-chart .chart=${chart}></unmocked-chart>`)}
    </div>`;
  }

  /** The devices of this run, of the newest run on each other device, and of earlier runs on these. */
  #devices(report: Report): DeviceSpeed[] {
    const texts = chartTexts.speeds;
    const own = deviceSpeeds(report);
    const label = (speed: DeviceSpeed, when: string): DeviceSpeed => ({
      ...speed,
      label: [
        [speed.device, speed.dtype].filter(Boolean).join(' '),
        when,
        speed.software ? texts.softwareAdapter(speed.adapter) : speed.adapter,
      ]
        .filter(Boolean)
        .join(', '),
    });
    const earlier = this.others.flatMap(deviceSpeeds);
    const missing = earlier.filter(
      ({ device }, index) =>
        !own.some((speed) => speed.device === device) &&
        earlier.findIndex((speed) => speed.device === device) === index,
    );
    const repeated = own.flatMap((speed) => mediansOf(earlier, speed));
    return [
      ...own.map((speed) => label(speed, texts.thisRun)),
      ...missing.map((speed) => label(speed, texts.earlierRun(when(speed.startedAt)))),
      ...repeated.map((speed) => label(speed, texts.earlierMedians)),
    ];
  }

  async #readEarlier(): Promise<void> {
    const report = this.#shown;
    if (!report || !this.earlier) return;
    // Without the history there is this run alone.
    const others = await this.earlier(report).catch(() => []);
    if (report === this.#shown) this.others = others;
  }

  #toggle({ target }: Event): void {
    this.open = (target as HTMLDetailsElement).open;
  }
}

const when = (startedAt: string): string => new Date(startedAt).toLocaleString();

/** The first load, and the medians over all replies. */
function headline(report: Report): string {
  const texts = chartTexts.timings;
  const exchanges = report.results
    .flatMap(({ evidence }) => evidence.exchanges)
    .filter(({ timings }) => timings.tokens);
  const median = (values: readonly number[]) => spreadOf(values)?.median;
  const [load] = loadsOf(report.results);
  const first = median(exchanges.map(({ timings }) => timings.firstToken));
  const rate = median(exchanges.map(({ timings }) => timings.tokensPerSecond).filter(Boolean));
  const facts = [
    load ? texts.loaded(formatDuration(load.total)) : '',
    first === undefined ? '' : texts.firstToken(formatDuration(first)),
    rate === undefined ? '' : texts.rate(rate.toFixed(0)),
  ].filter(Boolean);
  return facts.join(', ') || texts.none;
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-timings': UnmockedTimings;
  }
}
