import { css } from 'lit';

export const modelsStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
    overflow-wrap: anywhere;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }
  h2 {
    font-size: 1rem;
    padding-block-start: 0.75rem;
    border-block-start: 1px solid var(--u-line);
  }
  h3 {
    font-size: 1rem;
  }
  .device {
    color: var(--u-muted);
  }
  .device strong {
    color: var(--u-text);
    margin-inline-end: 0.375rem;
  }
  .models {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 32rem), 1fr));
    gap: 0.75rem;
  }
  article {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 0.5rem;
    padding: 0.75rem 1rem;
    background: var(--u-surface);
    border: 1px solid var(--u-line);
    border-radius: var(--u-radius);
  }
  /* Its hidden text is placed in it. */
  button {
    position: relative;
  }
  .head,
  .row,
  .ask {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.75rem;
  }
  .head {
    justify-content: space-between;
  }
  .ask span {
    flex: 1 1 14rem;
  }
  dl {
    display: grid;
    gap: 0.125rem;
  }
  dl > div {
    display: grid;
    grid-template-columns: 9rem minmax(0, 1fr);
    gap: 0.5rem;
  }
  dt {
    color: var(--u-muted);
  }
  a {
    color: var(--u-accent);
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    inline-size: 100%;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    text-align: start;
    vertical-align: top;
    padding: 0.1875rem 0.75rem 0.1875rem 0;
    border-block-end: 1px solid var(--u-line);
  }
  td {
    overflow-wrap: normal;
  }
  th[scope='row'] {
    font-weight: 600;
  }
  thead th {
    font-weight: 600;
    color: var(--u-muted);
    white-space: nowrap;
    overflow-wrap: normal;
  }
  td details ul {
    padding-block: 0.25rem;
  }
  input {
    font: inherit;
    color: inherit;
    flex: 1 1 16rem;
    min-inline-size: 0;
    max-inline-size: 32rem;
    min-block-size: 2rem;
    padding: 0.25rem 0.5rem;
    background: var(--u-surface);
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
  }
  input[aria-invalid='true'] {
    border-color: var(--u-failed);
  }
  ::placeholder {
    color: var(--u-muted);
    opacity: 1;
  }
  button[aria-disabled='true'] {
    color: var(--u-muted);
    background: transparent;
    border-color: var(--u-line);
    cursor: not-allowed;
  }
  button.used[aria-disabled='true'] {
    color: var(--u-passed);
    border-color: currentColor;
  }
  button.used::before {
    content: '✓ ' / '';
  }
  .problem {
    color: var(--u-failed);
    white-space: pre-line;
  }
  @media (max-width: 32rem) {
    dl > div {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    dd {
      margin-block-end: 0.25rem;
    }
  }
`;
