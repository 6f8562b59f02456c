import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Chart } from './chart.js';
import { chartStyles } from './chart.styles.js';
import { chartTexts } from './chart-texts.js';

/**
 * A picture with its table. Its colours are those of the element that it is in.
 *
 * @csspart chart, table
 */
export class UnmockedChart extends LitElement {
  static override styles = chartStyles;

  @property({ attribute: false }) chart!: Chart;
  /** A long table is built only for who opens it. */
  @state() private open = false;

  override render() {
    const { title, summary, note, picture, rows } = this.chart;
    return html`<figure part="chart" aria-labelledby="title">
      <figcaption id="title">${title}</figcaption>
      <div class="picture" role="img" aria-label=${summary}>${picture}</div>
      ${note ? html`<p class="note">${note}</p>` : nothing}
      <details @toggle=${this.#toggle}>
        <summary>${chartTexts.table(rows.length)}</summary>
        ${this.open ? this.#table() : nothing}
      </details>
    </figure>`;
  }

  #table() {
    const { title, columns, rows } = this.chart;
    const [, ...others] = columns;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table part="table">
        <thead>
          <tr>
            <th scope="col" class="name">${columns[0]}</th>
            ${others.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, ...values]) => html`<tr>
              <th scope="row" class="name">${name}</th>
              ${values.map((value) => html`<td>${value}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #toggle({ target }: Event): void {
    this.open = (target as HTMLDetailsElement).open;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-chart': UnmockedChart;
  }
}
