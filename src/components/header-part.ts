import { html } from 'lit';
import { texts } from './texts.js';
import { type Theme, themePart } from './theme-choice.js';

/** The first stop of the keyboard: it passes by the question and the settings. */
const skip = ({ currentTarget }: Event): void =>
  ((currentTarget as HTMLElement).getRootNode() as ShadowRoot)
    .querySelector<HTMLElement>('#run:enabled, #stop:enabled')
    ?.focus();

/**
 * The title of the page, what it is in a sentence, the switch of the theme, and on the project's own
 * page the link to its models.
 */
export const headerPart = (theme: Theme, chooseTheme: (theme: Theme) => void, ownPage: boolean) =>
  html`<header part="header">
    <button type="button" class="skip" @click=${skip}>${texts.page.skip}</button>
    <div class="title">
      <h1><span class="struck" aria-hidden="true"></span>${texts.page.name}</h1>
      <div class="links">
        ${ownPage ? html`<a id="models" href="#models">${texts.page.models}</a>` : ''}
        ${themePart(theme, chooseTheme)}
      </div>
    </div>
    <p>${texts.page.sentence}</p>
  </header>`;
