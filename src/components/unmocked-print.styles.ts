import { css } from 'lit';

export const printStyles = css`
  :host {
    display: none;
  }
  @media print {
    :host {
      display: block;
      font-size: 9pt;
    }
  }
  article {
    margin-block-start: 0.75rem;
    overflow-wrap: anywhere;
  }
  h3 {
    font-size: 11pt;
    break-after: avoid;
  }
  .reason {
    white-space: pre-line;
  }
  li {
    display: grid;
    grid-template-columns: 1.25rem minmax(0, 1fr);
    break-inside: avoid;
  }
  code {
    white-space: pre-wrap;
    font-size: 8pt;
  }
`;
