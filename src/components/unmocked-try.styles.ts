import { css } from 'lit';

export const tryStyles = css`
  :host {
    display: block;
  }
  section {
    display: grid;
    gap: 0.5rem;
    grid-template-columns: minmax(0, 1fr);
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 0.875rem;
  }
  .field {
    display: grid;
    gap: 0.125rem;
  }
  textarea {
    font: inherit;
    color: inherit;
    inline-size: 100%;
    min-block-size: 3.75rem;
    padding: 0.25rem 0.5rem;
    background: var(--u-surface);
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
    resize: vertical;
  }
  textarea:disabled {
    color: var(--u-muted);
    border-color: var(--u-line);
  }
  ::placeholder {
    color: var(--u-muted);
    opacity: 1;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.5rem;
  }
  .output {
    min-block-size: 2.25rem;
  }
  .reply {
    padding-inline-start: 0;
  }
  .thinking {
    color: var(--u-muted);
    border-inline-start: 2px solid var(--u-line);
    padding-inline-start: 0.75rem;
    margin-block-end: 0.375rem;
    white-space: pre-wrap;
  }
  .reason p {
    white-space: pre-line;
  }
`;
