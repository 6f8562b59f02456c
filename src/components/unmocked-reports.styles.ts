import { css } from 'lit';

export const reportsStyles = css`
  :host {
    display: block;
    max-inline-size: 72rem;
    margin: 0 auto;
    padding: 0 1rem 2rem;
  }
  details {
    border-block-start: 1px solid var(--u-line);
    padding-block: 0.75rem;
  }
  summary h2 {
    display: inline;
    margin: 0;
    font-size: 1rem;
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    padding-block-start: 0.75rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    inline-size: 100%;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.25rem 0.5rem;
    text-align: start;
    border-block-end: 1px solid var(--u-line);
    vertical-align: top;
  }
  thead th {
    color: var(--u-muted);
    font-weight: 400;
  }
  tbody th {
    font-weight: 600;
  }
  td button {
    min-block-size: 1.75rem;
    padding: 0 0.5rem;
    font-size: 0.8125rem;
  }
  dl {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 0.125rem 0.75rem;
    margin: 0 0 0.5rem;
  }
  dt {
    color: var(--u-muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .problem {
    color: var(--u-failed);
  }
  @media print {
    :host {
      display: none;
    }
  }
`;
