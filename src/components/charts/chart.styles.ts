import { css } from 'lit';

export const chartStyles = css`
  :host {
    display: block;
    min-inline-size: 0;
    color: var(--u-text);
    --mark: var(--u-accent);
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  figure,
  p,
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  figure {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.375rem;
  }
  figcaption {
    font-weight: 600;
  }
  .note {
    color: var(--u-muted);
    font-size: 0.8125rem;
    max-inline-size: 80ch;
  }
  svg {
    display: block;
    overflow: visible;
  }
  text,
  .x-name,
  .y-name {
    fill: var(--u-muted);
    color: var(--u-muted);
    font-size: 0.75rem;
    font-variant-numeric: tabular-nums;
  }
  .lines {
    display: grid;
    grid-template-columns: 3.75rem minmax(0, 1fr);
    padding-inline-end: 0.5rem;
  }
  .y-name {
    grid-column: 1 / -1;
    margin-block: 0.25rem 0.5rem;
  }
  .lines .x,
  .x-name {
    grid-column: 2;
  }
  .x-name {
    text-align: center;
  }
  .plot {
    border-inline-start: 1px solid var(--u-control-line);
  }
  path {
    fill: none;
    vector-effect: non-scaling-stroke;
  }
  .grid {
    stroke: var(--u-line);
  }
  .mark {
    stroke: var(--u-muted);
    stroke-dasharray: 2 3;
  }
  .line {
    stroke: var(--mark);
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .dots {
    stroke: var(--mark);
    stroke-width: 6;
    stroke-linecap: round;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.125rem 1rem;
    font-size: 0.8125rem;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 0.375rem;
  }
  .patterns {
    position: absolute;
  }
  .strong {
    fill: var(--mark);
  }
  .part {
    stroke: var(--mark);
    fill: var(--mark);
  }
  .p1 {
    fill: url(#hatch);
  }
  .p2 {
    fill: color-mix(in srgb, var(--mark) 35%, var(--u-surface));
  }
  .p3 {
    fill: url(#dots);
  }
  .p4 {
    fill: var(--u-surface);
  }
  .bars {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.375rem;
  }
  .bars li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 0.75rem;
    font-size: 0.8125rem;
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  .bars svg {
    grid-column: 1 / -1;
  }
  .value {
    font-variant-numeric: tabular-nums;
  }
  .range {
    stroke: var(--mark);
    stroke-width: 1.5;
  }
  .half {
    fill: color-mix(in srgb, var(--mark) 35%, var(--u-surface));
    stroke: var(--mark);
  }
  .median {
    stroke: var(--u-text);
    stroke-width: 3;
  }
  summary {
    cursor: pointer;
    font-size: 0.8125rem;
    inline-size: fit-content;
    border-radius: 3px;
  }
  :focus-visible {
    outline: 2px solid var(--u-focus);
    outline-offset: 2px;
  }
  .scroll {
    overflow: auto;
    max-block-size: 20rem;
    scrollbar-width: thin;
  }
  table {
    border-collapse: collapse;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.125rem 0.625rem;
    text-align: end;
    border-block-end: 1px solid var(--u-line);
  }
  thead th {
    color: var(--u-muted);
    font-weight: 400;
    vertical-align: bottom;
  }
  .name {
    text-align: start;
    font-weight: 400;
  }
  @media (forced-colors: active) {
    :host {
      --mark: Highlight;
    }
    text {
      fill: CanvasText;
    }
    .grid {
      stroke: GrayText;
    }
    .mark,
    .median {
      stroke: CanvasText;
    }
    .p2,
    .half {
      fill: GrayText;
    }
    .p4 {
      fill: Canvas;
    }
  }
  @media print {
    details {
      display: none;
    }
    figure {
      break-inside: avoid;
    }
  }
`;
