import { css } from 'lit';

export const settingsStyles = css`
  :host {
    display: block;
  }
  fieldset {
    display: grid;
    gap: 0.5rem;
    grid-template-columns: minmax(0, 1fr);
  }
  legend {
    padding: 0;
    font-weight: 700;
    margin-block-end: 0.375rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    gap: 0.5rem 0.75rem;
  }
  .row .field {
    flex: 1 1 10rem;
  }
  .row .seed {
    flex: 0 1 8rem;
  }
  .row.end {
    align-items: end;
    justify-content: space-between;
  }
  .hint {
    padding-inline-start: 0.75rem;
    border-inline-start: 2px solid var(--u-timed-out);
    overflow-wrap: anywhere;
  }
  .check {
    display: flex;
    align-items: baseline;
    gap: 0.5rem;
  }
  .check input {
    inline-size: auto;
    min-block-size: 0;
    accent-color: var(--u-accent);
  }
  button.quiet {
    font-weight: 400;
  }
  .field {
    display: grid;
    gap: 0.125rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .about {
    display: grid;
    gap: 0.375rem;
    overflow-wrap: anywhere;
  }
  .problem {
    color: var(--u-failed);
    overflow-wrap: anywhere;
  }
  [aria-invalid='true'] {
    border-color: var(--u-failed);
  }
  select,
  input {
    font: inherit;
    color: inherit;
    inline-size: 100%;
    min-block-size: 2rem;
    padding: 0.125rem 0.5rem;
    background: var(--u-surface);
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
  }
  :is(select, input):disabled {
    color: var(--u-muted);
    border-color: var(--u-line);
  }
  ::placeholder {
    color: var(--u-muted);
    opacity: 1;
  }
`;
