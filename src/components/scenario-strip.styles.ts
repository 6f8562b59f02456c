import { css } from 'lit';

/** A cell for each scenario. Its status has a form as well as a colour. */
export const stripStyles = css`
  /* The ring of a cell reaches above it. */
  .strip {
    padding-block-start: 0.25rem;
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
  }
  .cell {
    display: grid;
    place-content: center;
    inline-size: 1.75rem;
    min-block-size: 1.75rem;
    padding: 0;
    color: var(--u-muted);
    background: var(--u-surface);
    border: 1px solid var(--u-line);
    border-radius: 4px;
  }
  .cell .number {
    font: 0.75rem var(--u-mono);
  }
  .cell:is([data-status='passed'], [data-status='failed'], [data-status='timed-out']) {
    border-color: currentColor;
  }
  .cell[data-status='passed'] {
    color: var(--u-passed);
    background: color-mix(in srgb, var(--u-passed) 12%, var(--u-surface));
  }
  .cell[data-status='failed'] {
    color: var(--u-failed);
    background: color-mix(in srgb, var(--u-failed) 12%, var(--u-surface));
  }
  .cell[data-status='timed-out'] {
    color: var(--u-timed-out);
  }
  .cell[data-status='skipped'] {
    color: var(--u-skipped);
  }
  .cell[data-status='running'] {
    color: var(--u-on-accent);
    background: var(--u-accent);
    border-color: var(--u-accent);
  }
  .cell[data-earlier] {
    opacity: 0.7;
  }
  .cell[aria-selected='true'] {
    outline: 2px solid var(--u-text);
    outline-offset: 1px;
  }
  .cell[aria-selected='true']:focus-visible {
    outline: 3px solid var(--u-focus);
  }
`;
