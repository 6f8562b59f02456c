import { css } from 'lit';

export const sourcesStyles = css`
  :host {
    display: block;
  }
  summary {
    font-weight: 700;
  }
  .body {
    display: grid;
    gap: 0.75rem;
    grid-template-columns: minmax(0, 1fr);
    padding-block: 0.5rem;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    inline-size: 100%;
    font-variant-numeric: tabular-nums;
  }
  caption {
    text-align: start;
    color: var(--u-muted);
    padding-block-end: 0.25rem;
  }
  th,
  td {
    text-align: start;
    vertical-align: top;
    padding: 0.1875rem 0.75rem 0.1875rem 0;
    border-block-end: 1px solid var(--u-line);
    overflow-wrap: anywhere;
  }
  th {
    font-weight: 600;
  }
  tbody th {
    font-weight: 400;
    inline-size: 11rem;
    overflow-wrap: normal;
  }
  tbody tr:not(.default) td:last-child {
    color: var(--u-accent);
  }
  tr.default td {
    color: var(--u-muted);
  }
  .config {
    display: grid;
    gap: 0.5rem;
    grid-template-columns: minmax(0, 1fr);
    padding: 0.625rem 0.75rem;
    border: 1px dashed var(--u-control-line);
    border-radius: var(--u-radius);
  }
  .config.over {
    border-style: solid;
    border-color: var(--u-accent);
    background: color-mix(in srgb, var(--u-accent) 10%, transparent);
  }
  h3 {
    font-size: 0.875rem;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.5rem;
  }
  input[type='file'] {
    font: inherit;
    color: inherit;
    max-inline-size: 100%;
  }
  .field {
    display: grid;
    gap: 0.125rem;
  }
  textarea {
    font: 0.8125rem/1.5 var(--u-mono);
    color: inherit;
    inline-size: 100%;
    min-block-size: 6rem;
    padding: 0.375rem 0.5rem;
    background: var(--u-surface);
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
    resize: vertical;
  }
  ::placeholder {
    color: var(--u-muted);
    opacity: 1;
  }
  .problem {
    color: var(--u-failed);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    font-family: var(--u-mono);
    font-size: 0.8125rem;
  }
  .hint {
    padding-inline-start: 0.75rem;
    border-inline-start: 2px solid var(--u-timed-out);
    overflow-wrap: anywhere;
  }
  .hint strong {
    color: var(--u-timed-out);
  }
  @media (max-width: 32rem) {
    th,
    td {
      padding-inline-end: 0.5rem;
    }
    tbody th {
      inline-size: auto;
      overflow-wrap: anywhere;
      min-inline-size: 9.25rem;
    }
    :is(th, td):last-child {
      overflow-wrap: break-word;
    }
    code {
      font-size: 0.75rem;
    }
  }
`;
