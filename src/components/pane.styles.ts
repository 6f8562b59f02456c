import { css, type LitElement } from 'lit';

/** Of a card in a harness. What changes while it runs has a place of its own, so that nothing moves. */
const paneStyles = css`
  .log {
    block-size: 11rem;
    max-block-size: none;
  }
  /* It stays at its end while it grows. */
  .growing {
    display: flex;
    flex-direction: column-reverse;
  }
  .growing > div {
    margin-block-end: auto;
  }
  .proves {
    min-block-size: 3em;
  }
  .figures {
    min-block-size: 4.5rem;
  }
  /* Its width does not change with its words. */
  .status {
    inline-size: 9.5rem;
  }
  .main {
    inline-size: 4.25rem;
    padding-inline: 0;
  }
  @media (max-width: 32rem) {
    .heading {
      align-content: start;
      min-block-size: 3rem;
    }
    .id {
      display: none;
    }
    .proves {
      min-block-size: 7.5em;
    }
    .figures {
      min-block-size: 8rem;
    }
  }
`;

/** Gives them to the card in the pane. They are the page's, and not the element's own. */
export function adoptPaneStyles(card: LitElement | null): void {
  const sheets = card?.shadowRoot?.adoptedStyleSheets;
  const sheet = paneStyles.styleSheet;
  if (sheet && sheets && !sheets.includes(sheet)) sheets.push(sheet);
}
