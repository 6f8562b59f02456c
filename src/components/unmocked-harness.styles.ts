import { css } from 'lit';

export const harnessStyles = css`
  :host {
    display: block;
    background: var(--u-background);
    padding: 1.25rem max(1rem, (100% - 72rem) / 2) 3rem;
  }
  /* The harness has found it. */
  :is(
    unmocked-environment,
    unmocked-settings,
    unmocked-try,
    unmocked-sources,
    unmocked-report,
    unmocked-list,
    unmocked-scenario
  ) {
    color-scheme: inherit;
  }
  header {
    margin-block-end: 1rem;
  }
  .title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
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
  .skip {
    position: absolute;
    background: var(--u-surface);
  }
  .skip:not(:focus) {
    clip-path: inset(50%);
    pointer-events: none;
  }
  header p {
    margin-block-start: 0.25rem;
    color: var(--u-muted);
    font-size: 1rem;
  }
  .links {
    display: flex;
    align-items: center;
    gap: 1rem;
  }
  .links a {
    color: var(--u-accent);
  }
  .theme select {
    font: inherit;
    font-size: 0.8125rem;
    color: inherit;
    min-block-size: 1.75rem;
    padding-inline: 0.375rem;
    background: var(--u-surface);
    border: 1px solid var(--u-line);
    border-radius: var(--u-radius);
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
    min-block-size: 1.75rem;
    overflow-wrap: anywhere;
  }
  svg {
    vertical-align: -2px;
  }
  .frame {
    container-type: inline-size;
  }
  .panels {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem 2rem;
  }
  .aside {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 0.75rem;
  }
  .using .label {
    font-weight: 700;
    margin-inline-end: 0.375rem;
  }
  .using button {
    min-block-size: 1.5rem;
    margin-inline-start: 0.375rem;
    padding: 0 0.5rem;
    font-size: 0.8125rem;
  }
  .run {
    margin-block-start: 1rem;
    border-block-start: 1px solid var(--u-line);
  }
  h2 {
    font-size: 1rem;
    padding-block-start: 0.75rem;
  }
  #follow {
    margin-inline-start: auto;
    min-block-size: 1.75rem;
    padding-block: 0;
    font-size: 0.8125rem;
    font-weight: 400;
  }
  #follow::before {
    content: '○' / '';
    margin-inline-end: 0.375rem;
  }
  #follow[aria-pressed='true']::before {
    content: '●' / '';
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    padding-block: 0.5rem;
    background: var(--u-background);
  }
  /* Stop stays within reach. */
  :host([running]) .controls {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
  }
  .board {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  /* Both scroll in themselves, so that nothing moves while a run streams. */
  .pane,
  unmocked-list {
    block-size: 32rem;
  }
  .pane {
    position: relative;
    overflow: auto;
    scrollbar-gutter: stable;
    scrollbar-width: thin;
  }
  dialog {
    inline-size: min(56rem, 100vw - 1rem);
    max-block-size: min(48rem, 100dvh - 2rem);
    /* Not centred: it would move when a part of it is opened. */
    margin-block-start: 1rem;
    padding: 1rem;
    overflow: auto;
    color: var(--u-text);
    background: var(--u-background);
    border: 1px solid var(--u-line);
    border-radius: var(--u-radius);
    overflow-wrap: anywhere;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  dialog[open] {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .dialog-head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
  }
  /* The line of the timings fills a place that is there. */
  unmocked-timings {
    display: block;
    min-block-size: 4.125rem;
  }
  .replay {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.75rem;
    padding-block: 0.5rem;
    /* In a low pane it stays in sight while the result scrolls. */
    position: sticky;
    inset-block-end: 0;
    background: var(--u-background);
  }
  .replay p {
    flex: 1 1 16rem;
  }
  .test {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.75rem;
  }
  .test p {
    flex: 1 1 16rem;
    white-space: pre-line;
  }
  .test .problem {
    color: var(--u-failed);
  }
  /* The container's width, not the window's: an embedded harness may be narrow. */
  @container (min-width: 44rem) {
    .panels {
      grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    }
    .board {
      grid-template-columns: minmax(0, 1fr) 20rem;
    }
    .pane,
    unmocked-list {
      block-size: clamp(26rem, 100dvh - 17rem, 44rem);
    }
  }
  @media (max-width: 32rem) {
    unmocked-timings {
      min-block-size: 5.5rem;
    }
  }
  /* The report, in full: unmocked-print has the results. */
  @media print {
    :host {
      color-scheme: light !important;
      padding: 0;
    }
    .skip,
    .theme,
    .panels,
    .startup,
    .controls,
    .replay,
    dialog,
    .over .strip,
    .over .board {
      display: none;
    }
    unmocked-timings {
      min-block-size: 0;
    }
    .pane,
    unmocked-list {
      block-size: auto;
    }
  }
  @media (max-height: 30rem) {
    :host([running]) .controls {
      position: static;
    }
  }
`;
