import { css } from 'lit';

export const reportStyles = css`
  :host {
    display: block;
  }
  section {
    display: grid;
    gap: 0.5rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    min-block-size: 2rem;
  }
  .line,
  .totals,
  .export {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 1rem;
    font-variant-numeric: tabular-nums;
  }
  /* As high as it is when the run is over. */
  .line {
    min-block-size: 1.5rem;
  }
  .export button {
    min-block-size: 1.75rem;
    padding: 0 0.5rem;
    font-size: 0.8125rem;
  }
  .current {
    flex: 1 1 0;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .verdict {
    font-size: 1rem;
  }
  [data-status='stopped'] {
    color: var(--u-timed-out);
  }
  .totals li {
    font-weight: 600;
  }
  svg {
    vertical-align: -2px;
  }
  progress.failed {
    --u-accent: var(--u-failed);
  }
  .problem {
    color: var(--u-failed);
  }
  .export {
    gap: 0.25rem 0.375rem;
  }
  @media print {
    .export,
    progress {
      display: none;
    }
  }
  @media (max-width: 32rem) {
    .line {
      align-content: start;
      min-block-size: 3.0625rem;
    }
  }
`;
