import { css } from 'lit';

export const harnessStyles = css`
  :host {
    display: block;
    background: var(--u-background);
    padding: 1.5rem max(1rem, (100% - 64rem) / 2) 4rem;
  }
  /* The harness has found it. */
  :is(
    unmocked-environment,
    unmocked-settings,
    unmocked-try,
    unmocked-sources,
    unmocked-report,
    unmocked-scenario
  ) {
    color-scheme: inherit;
  }
  header {
    margin-block-end: 1rem;
  }
  h1 {
    font-size: 1.75rem;
    line-height: 1.2;
    font-weight: 700;
    letter-spacing: -0.02em;
  }
  /* The block that stands where the next token will be. */
  .struck {
    display: inline-block;
    inline-size: 0.42em;
    block-size: 0.95em;
    margin-inline-end: 0.3em;
    vertical-align: -0.08em;
    background: var(--u-accent);
    forced-color-adjust: none;
  }
  header p {
    margin-block-start: 0.25rem;
    color: var(--u-muted);
    font-size: 1rem;
    max-inline-size: 60ch;
  }
  .problems {
    margin-block-end: 1rem;
    padding: 0.625rem 1rem;
    background: var(--u-surface);
    border: 1px solid var(--u-line);
    border-inline-start: 3px solid var(--u-timed-out);
    border-radius: var(--u-radius);
    overflow-wrap: anywhere;
  }
  .problems:has([data-kind='error']) {
    border-inline-start-color: var(--u-failed);
  }
  .problems li {
    white-space: pre-line;
  }
  [data-kind='error'] strong {
    color: var(--u-failed);
  }
  [data-kind='warning'] strong {
    color: var(--u-timed-out);
  }
  .startup {
    margin-block-end: 1rem;
    overflow-wrap: anywhere;
  }
  .startup svg {
    vertical-align: -2px;
  }
  .frame {
    container-type: inline-size;
  }
  .panels {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem 2.5rem;
    padding-block: 1rem;
    border-block: 1px solid var(--u-line);
  }
  /* The container's width, not the window's: an embedded harness may be narrow. */
  @container (min-width: 44rem) {
    .panels {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      grid-template-rows: auto 1fr auto;
    }
    unmocked-settings {
      grid-area: 1 / 2 / span 2;
    }
    unmocked-sources {
      grid-column: 1 / -1;
    }
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 0.5rem 1.5rem;
    padding-block: 0.75rem;
    background: var(--u-background);
    border-block-end: 1px solid var(--u-line);
  }
  /* Stop stays within reach. */
  :host([running]) .controls {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
  }
  .buttons {
    display: flex;
    gap: 0.5rem;
  }
  unmocked-report {
    flex: 1 1 18rem;
    min-inline-size: 0;
  }
  h2 {
    font-size: 0.875rem;
    margin-block: 1rem 0.5rem;
  }
  .scenarios {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }
  .scenarios unmocked-scenario {
    /* Clear of the controls, which stay at the top. */
    scroll-margin-block-start: 8rem;
  }
  @media (max-height: 30rem) {
    :host([running]) .controls {
      position: static;
    }
  }
`;
