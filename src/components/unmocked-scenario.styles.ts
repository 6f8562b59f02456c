import { css } from 'lit';

export const scenarioStyles = css`
  :host {
    display: block;
  }
  .card {
    position: relative;
    display: grid;
    gap: 0.5rem;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
    padding: 0.75rem 1rem;
    background: var(--u-surface);
    border: 1px solid var(--u-line);
    border-inline-start: 3px solid var(--u-line);
    border-radius: var(--u-radius);
    overflow-wrap: anywhere;
  }
  .card[data-state='running'] {
    border-inline-start-color: var(--u-accent);
  }
  .card[data-state='passed'] {
    border-inline-start-color: var(--u-passed);
  }
  .card[data-state='failed'] {
    border-inline-start-color: var(--u-failed);
  }
  .card[data-state='timed-out'] {
    border-inline-start-color: var(--u-timed-out);
  }
  .card[data-state='skipped'] {
    border-inline-start-color: var(--u-skipped);
  }
  .unknown {
    color: var(--u-failed);
  }
  header {
    display: flex;
    align-items: center;
    gap: 0.25rem 0.75rem;
  }
  .heading {
    flex: 1;
    min-inline-size: 0;
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 0.75rem;
  }
  .title {
    font-size: 1rem;
    line-height: 1.4;
    font-weight: 600;
  }
  .number {
    font-family: var(--u-mono);
    font-weight: 400;
    color: var(--u-muted);
    margin-inline-end: 0.625rem;
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
    font-weight: 600;
    white-space: nowrap;
  }
  .status .muted {
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
  .proves {
    max-inline-size: 80ch;
    color: var(--u-muted);
  }
  .reason {
    padding-inline-start: 0.75rem;
    border-inline-start: 2px solid currentColor;
  }
  .reason p {
    white-space: pre-line;
  }
  .reason pre {
    color: var(--u-muted);
  }
  .loading {
    display: grid;
    gap: 0.25rem;
  }
  .output {
    background: var(--u-sunken);
    border-radius: var(--u-radius);
    padding: 0.5rem 0.75rem;
    max-block-size: 14rem;
    overflow: auto;
  }
  .message {
    color: var(--u-muted);
    white-space: pre-wrap;
  }
  .message::before {
    content: '› ' / '';
    color: var(--u-accent);
  }
  pre {
    white-space: pre-wrap;
  }
  .reply {
    min-block-size: 1.25rem;
    padding-inline-start: 0.75rem;
    font-size: 0.875rem;
  }
  .reply:has(+ .message) {
    margin-block-end: 0.25rem;
  }
  /* A reply arrives. A caret that moved along with the text would be a layout shift with every token. */
  .reply {
    position: relative;
  }
  .reply.arriving::after {
    content: '';
    position: absolute;
    inset-block: 0.125rem;
    inset-inline-start: 0;
    inline-size: 3px;
    background: var(--u-accent);
  }
  .metrics {
    display: flex;
    flex-wrap: wrap;
    gap: 0.125rem 1.25rem;
  }
  .metrics div {
    display: flex;
    gap: 0.375rem;
  }
  .metrics dt {
    color: var(--u-muted);
  }
  .metrics dd {
    font-variant-numeric: tabular-nums;
  }
  .details {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.5rem;
  }
  .details details[open] {
    flex-basis: 100%;
  }
  .charts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    padding-block-start: 0.5rem;
  }
  .checks,
  .attempts,
  .exchanges {
    display: grid;
    gap: 0.375rem;
    padding-block: 0.375rem;
  }
  .checks li,
  .attempts li {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1fr);
  }
  .mark svg {
    vertical-align: -2px;
  }
  .facts {
    color: var(--u-muted);
  }
  .facts div {
    display: grid;
    grid-template-columns: 5.75rem minmax(0, 1fr);
  }
  .facts code {
    color: var(--u-text);
    white-space: pre-wrap;
  }
  .why {
    white-space: pre-line;
  }
  .exchanges li {
    border-inline-start: 2px solid var(--u-line);
    padding-inline-start: 0.75rem;
  }
  .prompt {
    color: var(--u-muted);
  }
  .main b {
    font-weight: inherit;
  }
  /* Outside a harness it has a fixed size, so that the page around it does not move. */
  :host([standalone]) {
    block-size: var(--unmocked-block-size, 14rem);
    overflow: auto;
  }
  :host([standalone][compact]) {
    block-size: var(--unmocked-block-size, 10rem);
  }
  @media (max-width: 32rem) {
    .card {
      padding: 0.625rem 0.75rem;
    }
    :host(:not([compact])) header {
      flex-wrap: wrap;
    }
    :host(:not([compact])) .heading {
      flex-basis: 100%;
    }
    :host(:not([compact])) .status {
      flex: 1;
    }
    .facts div {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
