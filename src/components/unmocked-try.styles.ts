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
  .question {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: stretch;
  }
  textarea {
    flex: 1 1 18rem;
    min-inline-size: 0;
    font: inherit;
    font-size: 1rem;
    color: inherit;
    min-block-size: 3.75rem;
    padding: 0.375rem 0.625rem;
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
    align-items: stretch;
    gap: 0.5rem;
  }
  .suggestions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.5rem;
  }
  .suggestion {
    font-weight: 400;
    font-size: 0.8125rem;
    min-block-size: 1.75rem;
    padding-block: 0;
    border-radius: 1rem;
    border-color: var(--u-line);
  }
  .suggestion[aria-disabled='true'] {
    color: var(--u-muted);
    cursor: not-allowed;
  }
  .download {
    font-size: 0.8125rem;
    min-block-size: 1.25rem;
  }
  /* What comes fills a place that is there: nothing below it moves. */
  .answer {
    position: relative;
    display: grid;
    grid-template: minmax(0, 1fr) auto auto / minmax(0, 1fr);
    block-size: 7rem;
    padding: 0.5rem 0.75rem;
    background: var(--u-sunken);
    border-radius: var(--u-radius);
    overflow: auto;
  }
  .answer:has([role='alert']) {
    block-size: auto;
    min-block-size: 7rem;
  }
  #state {
    grid-row: 2;
  }
  .loading {
    grid-row: 3;
  }
  .figures-line {
    min-block-size: 1.375rem;
  }
  .output {
    padding: 0;
    max-block-size: none;
    background: none;
    overflow: auto;
  }
  .reply {
    padding-inline-start: 0.625rem;
    font: 1rem/1.5 var(--u-font);
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
  .outcome {
    min-block-size: 2.75rem;
  }
  .metrics {
    font-size: 0.8125rem;
    gap: 0.125rem 1rem;
  }
  .more {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1.5rem;
  }
  .more details[open] {
    flex-basis: 100%;
  }
  .here {
    color: var(--u-passed);
  }
  .receipt dl {
    display: grid;
    gap: 0.25rem;
    padding-block: 0.375rem;
  }
  .receipt dl div {
    display: grid;
    grid-template-columns: 8.5rem minmax(0, 1fr);
  }
  .receipt dt {
    color: var(--u-muted);
  }
  .receipt code {
    overflow-wrap: anywhere;
  }
  @media (max-width: 32rem) {
    .receipt dl div {
      grid-template-columns: minmax(0, 1fr);
    }
    .suggestion {
      padding-inline: 0.5rem;
    }
    /* The answer gets its place with the click: "Run all" is near the top until then. */
    [data-untouched] :is(.answer, .outcome) {
      display: none;
    }
    .download {
      min-block-size: 2.5rem;
    }
    .figures-line {
      min-block-size: 2.75rem;
    }
    .outcome {
      min-block-size: 4.25rem;
    }
  }
`;
