import { css } from 'lit';

export const environmentStyles = css`
  :host {
    display: block;
  }
  summary {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .label {
    font-weight: 700;
    margin-inline-end: 0.375rem;
  }
  dl {
    display: grid;
    gap: 0.25rem;
    padding-block: 0.5rem;
  }
  dl > div {
    display: grid;
    grid-template-columns: 6.5rem minmax(0, 1fr);
    overflow-wrap: anywhere;
  }
  dt {
    color: var(--u-muted);
  }
  .mark {
    margin-inline-end: 0.375rem;
  }
  .warning {
    border-inline-start: 2px solid var(--u-timed-out);
    padding-inline-start: 0.75rem;
    margin-block: 0.25rem;
  }
  .warning strong {
    color: var(--u-timed-out);
  }
`;
