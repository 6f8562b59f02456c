import { html, nothing, svg } from 'lit';
import { scaleTo } from './scale.js';

/** One curve: x in the same units for all panels. */
export type Points = readonly (readonly [x: number, y: number])[];

export interface Panel {
  /** What its axis measures. */
  name: string;
  format(value: number): string;
  lines: readonly Points[];
  /** Shows each value as a dot as well. */
  dots?: boolean;
  /** Pixels. */
  height: number;
}

/**
 * Curves above each other that share their x axis, from 1 to `end`. The curves stretch with the page;
 * the words do not.
 */
export function linePicture(
  panels: readonly Panel[],
  { end, name, marks = [] }: { end: number; name: string; marks?: readonly number[] },
) {
  const across = (x: number) => (end > 1 ? ((x - 1) / (end - 1)) * 1000 : 500);
  const ticks = [...new Set([1, Math.round((1 + end) / 2), end])];
  return html`<div class="lines">
    ${panels.map((panel) => panelPart(panel, across, marks))}
    <svg class="x" width="100%" height="18">
      ${ticks.map((x) => svg`<text x=${percent(across(x))} y="13" text-anchor=${anchor(x, end)}>${x}</text>`)}
    </svg>
    <span class="x-name">${name}</span>
  </div>`;
}

function panelPart(
  { name, format, lines, dots, height }: Panel,
  across: (x: number) => number,
  marks: readonly number[],
) {
  const scale = scaleTo(Math.max(...lines.flat().map(([, y]) => y)), height > 80 ? 4 : 2);
  const down = (y: number) => 1000 - scale.percent(y) * 10;
  const draw = (points: Points) =>
    points.map(([x, y], index) => `${index ? 'L' : 'M'}${across(x)} ${down(y)}`).join('');
  return html`<span class="y-name">${name}</span>
    <svg class="y" width="100%" height=${height}>
      ${scale.ticks.map(
        (y) =>
          svg`<text x="100%" dx="-6" y=${percent(down(y))} dy="4" text-anchor="end">${format(y)}</text>`,
      )}
    </svg>
    <svg class="plot" viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height=${height}>
      <path class="grid" d=${scale.ticks.map((y) => `M0 ${down(y)}H1000`).join('')} />
      ${marks.length > 0 ? svg`<path class="mark" d=${marks.map((x) => `M${across(x)} 0V1000`).join('')} />` : nothing}
      ${lines.map((points) => svg`<path class="line" d=${`${draw(points)}${points.length === 1 ? 'h0' : ''}`} />`)}
      ${
        dots
          ? svg`<path class="dots" d=${lines
              .flat()
              .map(([x, y]) => `M${across(x)} ${down(y)}h0`)
              .join('')} />`
          : nothing
      }
    </svg>`;
}

const percent = (thousandth: number): string => `${thousandth / 10}%`;
const anchor = (x: number, end: number): string =>
  end > 1 && x === 1 ? 'start' : end > 1 && x === end ? 'end' : 'middle';
