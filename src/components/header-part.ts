import { html } from 'lit';
import { texts } from './texts.js';
import { type Theme, themePart } from './theme-choice.js';

/** The title of the page, what it is in a sentence, and the switch of the theme. */
export const headerPart = (theme: Theme, chooseTheme: (theme: Theme) => void) =>
  html`<header part="header">
    <div class="title">
      <h1><span class="struck" aria-hidden="true"></span>${texts.page.name}</h1>
      ${themePart(theme, chooseTheme)}
    </div>
    <p>${texts.page.sentence}</p>
  </header>`;
