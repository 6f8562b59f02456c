import { css } from 'lit';

export const listStyles = css`
  :host {
    display: block;
    min-block-size: 0;
  }
  section[part='panel'] {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
    gap: 0.5rem;
    block-size: 100%;
  }
  h3,
  h4 {
    margin: 0;
    font-size: 0.875rem;
  }
  h4 {
    position: sticky;
    inset-block-start: 0;
    display: flex;
    justify-content: space-between;
    padding: 0.25rem 0.5rem;
    background: var(--u-sunken);
  }
  h4 .muted {
    font-weight: 400;
  }
  .filters {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    gap: 0.5rem;
  }
  .field {
    display: grid;
    gap: 0.125rem;
  }
  label {
    font-size: 0.8125rem;
    color: var(--u-muted);
  }
  input,
  select {
    font: inherit;
    color: inherit;
    inline-size: 100%;
    min-block-size: 2rem;
    padding: 0.125rem 0.5rem;
    background: var(--u-surface);
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
  }
  .groups {
    /* Hidden words of the rows scroll along, and do not make the page longer. */
    position: relative;
    overflow: auto;
    scrollbar-width: thin;
    border: 1px solid var(--u-line);
    border-radius: var(--u-radius);
    background: var(--u-surface);
  }
  .groups > p {
    padding: 0.5rem;
  }
  .row {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1fr) auto auto;
    align-items: baseline;
    gap: 0.25rem;
    inline-size: 100%;
    min-block-size: 1.75rem;
    padding: 0.125rem 0.5rem;
    font-weight: 400;
    text-align: start;
    color: var(--u-text);
    border: 0;
    border-inline-start: 3px solid transparent;
    border-radius: 0;
    outline-offset: -2px;
  }
  .row[aria-current] {
    border-inline-start-color: var(--u-accent);
    background: color-mix(in srgb, var(--u-accent) 12%, transparent);
  }
  @media (forced-colors: active) {
    /* There, a border without a colour is not invisible. */
    .row {
      border-inline-start-color: ButtonFace;
    }
    .row[aria-current] {
      border-inline-start-color: Highlight;
      outline: 2px solid Highlight;
    }
  }
  .mark svg {
    vertical-align: -2px;
  }
  .time {
    font-weight: 400;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
`;
