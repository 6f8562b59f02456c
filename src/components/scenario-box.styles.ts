import { css } from 'lit';

/** Nothing in the box moves while it runs: the widths of what changes are fixed. */
export const boxStyles = css`
  :host([standalone]) {
    overflow: visible;
  }
  :host([standalone]) .card {
    block-size: 100%;
    overflow: auto;
  }
  :host([standalone]) .box {
    grid-template-rows: auto minmax(0, 1fr) auto;
    align-content: stretch;
    overflow: hidden;
  }
  .box .main {
    inline-size: 4.25rem;
    padding-inline: 0;
  }
  .box .status {
    inline-size: 10rem;
    overflow: hidden;
  }
  .stage {
    overflow: auto;
    scrollbar-gutter: stable;
    scrollbar-width: thin;
  }
  .stage > * + *,
  slot > * + * {
    margin-block-start: 0.375rem;
  }
  .box .output {
    max-block-size: none;
    overflow: visible;
    padding: 0.375rem 0.625rem;
  }
  .thinking {
    color: var(--u-muted);
    border-inline-start: 2px solid var(--u-line);
    padding-inline-start: 0.75rem;
  }
  footer {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-inline-size: 0;
    block-size: 1.5rem;
  }
  .note {
    flex: 1;
    min-inline-size: 0;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  .line {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note .loading {
    grid-template-columns: 3rem minmax(0, 1fr);
    align-items: center;
    gap: 0.5rem;
  }
  .more {
    min-block-size: 1.5rem;
    padding-block: 0;
    font-size: 0.8125rem;
  }
  input {
    flex: 1;
    min-inline-size: 0;
    font: inherit;
    color: inherit;
    min-block-size: 2rem;
    padding: 0.25rem 0.5rem;
    background: var(--u-surface);
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
  }
  dialog {
    inline-size: min(48rem, 100vw - 2rem);
    max-block-size: min(44rem, 100dvh - 4rem);
    /* Not centred: it would move when a part of it is opened. */
    margin-block-start: 2rem;
    padding: 1rem;
    overflow: auto;
    color: var(--u-text);
    background: var(--u-surface);
    border: 1px solid var(--u-line);
    border-radius: var(--u-radius);
    overflow-wrap: anywhere;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  dialog > * + * {
    margin-block-start: 0.5rem;
  }
  .dialog-head {
    display: flex;
    align-items: flex-start;
    justify-content: space-between;
    gap: 1rem;
  }
  .dialog-head button {
    flex: none;
  }
  h2 {
    font-size: 1rem;
    line-height: 1.4;
  }
  :host([compact]) .id {
    display: none;
  }
  :host([compact]) .heading {
    flex-wrap: nowrap;
  }
  :host([compact]) .title:not(.visually-hidden) {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  @media (max-width: 32rem) {
    /* The reply needs the height that a long title would take. */
    .box .id {
      display: none;
    }
    .box .title:not(.visually-hidden) {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    :host([compact]) .status {
      inline-size: 5.5rem;
    }
    :host([compact]) .status .muted {
      display: none;
    }
  }
`;
