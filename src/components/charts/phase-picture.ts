import { html, svg } from 'lit';
import { scaleTo } from './scale.js';

export interface PhaseRow {
  label: string;
  value: string;
  /** One number for each of the names. */
  parts: readonly number[];
}

/** Bars of parts. Each part has a pattern of its own, so that nobody needs the colours. */
export function phasePicture(names: readonly string[], rows: readonly PhaseRow[]) {
  const sums = rows.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const scale = scaleTo(Math.max(...sums));
  return html`<svg class="patterns" width="0" height="0">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="strong" width="3" height="6" />
        </pattern>
        <pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">
          <circle class="strong" cx="2.5" cy="2.5" r="1.4" />
        </pattern>
      </defs>
    </svg>
    <ul class="legend">
      ${names.map(
        (name, index) => html`<li
          ><svg width="14" height="14"><rect class="part p${index}" x="1" y="1" width="12" height="12" /></svg>
          ${name}</li
        >`,
      )}
    </ul>
    <ul class="bars">
      ${rows.map(
        ({ label, value, parts }) => html`<li>
          <span>${label}</span><span class="value">${value}</span>
          <svg width="100%" height="14">${bar(parts, scale.percent)}</svg>
        </li>`,
      )}
    </ul>`;
}

function bar(parts: readonly number[], percent: (value: number) => number) {
  let start = 0;
  return parts.map((part, index) => {
    const x = percent(start);
    start += part;
    return svg`<rect class="part p${index}" x="${x}%" y="1" width="${percent(part)}%" height="12" />`;
  });
}
