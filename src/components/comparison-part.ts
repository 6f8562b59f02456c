import { html, nothing } from 'lit';
import type { Comparison, ScenarioChange } from '../reports/compare-reports.js';
import { formatDuration } from '../format.js';
import { differenceText } from './difference-text.js';
import { statusLabels } from './status.js';
import { texts } from './texts.js';

/** What changed between two runs. Scenarios in which nothing but the time changed are counted only. */
export function comparisonPart({ facts, scenarios, totals, differentTokens }: Comparison) {
  const changed = scenarios.filter(({ change, tokens }) => change !== 'same' || tokens?.difference);
  return html`<section class="comparison" aria-label=${texts.reports.comparison}>
    <p role="status">${texts.reports.compared(totals, differentTokens)}</p>
    ${
      facts.length > 0
        ? html`<dl>
            ${facts.map(
              ({ name, before, after }) =>
                html`<dt>${name}</dt>
                  <dd>${texts.reports.fromTo(before ?? '–', after ?? '–')}</dd>`,
            )}
          </dl>`
        : nothing
    }
    ${changed.length > 0 ? table(changed) : nothing}
  </section>`;
}

const table = (
  rows: readonly ScenarioChange[],
) => html`<div class="scroll" tabindex="0" role="region" aria-label=${texts.reports.changes}>
  <table>
    <thead>
      <tr>
        ${Object.values(texts.reports.columns).map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ title, before, after, tokens, durationMs }) =>
          html`<tr>
            <th scope="row">${title}</th>
            <td>${labelOf(before)} → ${labelOf(after)}</td>
            <td>${tokens?.difference ? differenceText(tokens.difference) : texts.reports.sameTokens}</td>
            <td>${time(durationMs[0])} → ${time(durationMs[1])}</td>
          </tr>`,
      )}
    </tbody>
  </table>
</div>`;

const labelOf = (status: ScenarioChange['before']) => (status ? statusLabels[status] : '–');
const time = (milliseconds: number | undefined) =>
  milliseconds === undefined ? '–' : formatDuration(milliseconds);
