import { css } from 'lit';

/** Its colours and its font are those of the element that it is in. */
export const timingsStyles = css`
  :host {
    display: block;
    color: var(--u-text);
  }
  details {
    margin-block-start: 1rem;
    padding-block: 0.75rem;
    border-block: 1px solid var(--u-line);
  }
  summary {
    cursor: pointer;
    border-radius: 3px;
  }
  :focus-visible {
    outline: 2px solid var(--u-focus);
    outline-offset: 2px;
  }
  h3 {
    display: inline;
    margin: 0;
    font-size: 1rem;
  }
  summary {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .muted {
    color: var(--u-muted);
    margin-inline-start: 0.5rem;
  }
  @media (max-width: 32rem) {
    .muted {
      display: block;
      margin: 0;
      overflow: hidden;
      text-overflow: ellipsis;
    }
  }
  .charts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr));
    align-items: start;
    gap: 1.5rem 2rem;
    padding-block-start: 0.75rem;
  }
  .loads {
    grid-column: 1 / -1;
  }
`;
