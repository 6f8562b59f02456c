import { html, svg } from 'lit';
import type { Spread } from '../../reports/timings.js';
import { scaleTo } from './scale.js';

export interface SpreadRow {
  label: string;
  spread: Spread;
}

/** Lowest to highest as a line, the middle half as a box, the median as a stroke; one scale for all. */
export function spreadPicture(rows: readonly SpreadRow[], format: (value: number) => string) {
  const { percent, ticks } = scaleTo(Math.max(...rows.map(({ spread }) => spread.highest)));
  const at = (value: number) => `${percent(value)}%`;
  return html`<ul class="bars">
      ${rows.map(
        ({ label, spread }) => html`<li>
          <span>${label}</span><span class="value">${format(spread.median)}</span>
          <svg width="100%" height="16">
            ${svg`<line class="range" x1=${at(spread.lowest)} x2=${at(spread.highest)} y1="8" y2="8" />
            <rect
              class="half"
              x=${at(spread.lowerQuartile)}
              width=${at(spread.upperQuartile - spread.lowerQuartile)}
              y="3"
              height="10"
            />
            <line class="median" x1=${at(spread.median)} x2=${at(spread.median)} y1="1" y2="15" />`}
          </svg>
        </li>`,
      )}
    </ul>
    <svg class="x" width="100%" height="18">
      ${ticks.map(
        (value, index) => svg`<text
          x=${at(value)}
          y="13"
          text-anchor=${index === 0 ? 'start' : index === ticks.length - 1 ? 'end' : 'middle'}
          >${format(value)}</text
        >`,
      )}
    </svg>`;
}
