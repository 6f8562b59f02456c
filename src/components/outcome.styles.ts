import { css } from 'lit';

/**
 * The report and the causes. They have a place of a fixed height, in which they scroll, so that nothing
 * below moves with each of them. It grows when somebody opens a cause.
 */
export const outcomeStyles = css`
  .outcome {
    block-size: 10.625rem;
    margin-block: 0.75rem;
    overflow: auto;
    scrollbar-gutter: stable;
    scrollbar-width: thin;
  }
  .outcome:has([open]) {
    block-size: auto;
    min-block-size: 10.625rem;
  }
  unmocked-report {
    display: block;
    min-block-size: 5rem;
  }
  .findings {
    margin-block-start: 0.375rem;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.25rem;
  }
  .findings > li {
    display: flex;
    align-items: start;
    gap: 0.25rem 0.75rem;
    min-inline-size: 0;
  }
  .findings details {
    flex: 1;
    min-inline-size: 0;
  }
  :is(.findings, .startup) summary {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    line-height: 1.75rem;
  }
  :is(.findings, .startup) summary::before {
    content: '▸ ' / '';
    color: var(--u-muted);
  }
  :is(.findings, .startup) [open] summary::before {
    content: '▾ ' / '';
  }
  :is(.findings, .startup) [open] .why {
    visibility: hidden;
  }
  .findings summary [data-status] {
    font-weight: 600;
  }
  .why-full {
    white-space: pre-line;
    overflow-wrap: anywhere;
    padding-inline-start: 1rem;
  }
  .which {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.75rem;
    padding-inline-start: 1rem;
  }
  .remedy {
    flex: none;
    min-block-size: 1.75rem;
    padding-block: 0;
  }
  @media (max-width: 32rem) {
    .outcome.begun {
      block-size: 15.625rem;
    }
    .outcome.begun:has([open]) {
      block-size: auto;
      min-block-size: 15.625rem;
    }
    .outcome.begun unmocked-report {
      min-block-size: 10rem;
    }
  }
  @media print {
    .outcome,
    .outcome.begun {
      block-size: auto;
      min-block-size: 0;
    }
    .findings {
      display: none;
    }
  }
`;
