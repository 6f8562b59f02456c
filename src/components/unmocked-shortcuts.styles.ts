import { css } from 'lit';

export const shortcutsStyles = css`
  :host {
    display: block;
    max-inline-size: 72rem;
    margin: 0 auto;
    padding: 0 1rem 2rem;
  }
  dialog {
    inline-size: min(28rem, 100vw - 1rem);
    padding: 1rem;
    color: var(--u-text);
    background: var(--u-background);
    border: 1px solid var(--u-line);
    border-radius: var(--u-radius);
  }
  dialog[open] {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
  }
  h2 {
    font-size: 1rem;
  }
  dl {
    display: grid;
    gap: 0.375rem;
  }
  dl div {
    display: grid;
    grid-template-columns: 2.5rem minmax(0, 1fr);
    align-items: baseline;
  }
  kbd {
    display: inline-block;
    min-inline-size: 1.75rem;
    padding: 0 0.375rem;
    font: 0.8125rem/1.5 var(--u-mono);
    text-align: center;
    border: 1px solid var(--u-control-line);
    border-radius: 4px;
  }
  @media print {
    :host {
      display: none;
    }
  }
`;
