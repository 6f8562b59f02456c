import { html } from 'lit';
import { texts } from './texts.js';

export const themes = ['system', 'light', 'dark'] as const;
/** `system`: as the page around the element, or else the system, says. */
export type Theme = (typeof themes)[number];

const KEY = 'unmocked-theme';

/** `color-scheme` of a theme; empty: nothing is said. */
export const schemeOf = (theme: Theme): string => (theme === 'system' ? '' : theme);

/** The theme that this browser remembers. index.html reads it as well, before anything is drawn. */
export function rememberedTheme(): Theme {
  try {
    const saved = localStorage.getItem(KEY);
    return themes.find((theme) => theme === saved) ?? 'system';
  } catch {
    return 'system'; // This browser keeps nothing.
  }
}

export function rememberTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It counts until the page is closed.
  }
}

export const themePart = (theme: Theme, choose: (theme: Theme) => void) => html`<label
  class="theme"
  part="theme"
  ><span class="visually-hidden">${texts.theme.label}</span
  ><select
    id="theme"
    @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Theme)}
  >
    ${themes.map(
      (one) => html`<option value=${one} .selected=${one === theme}>${texts.theme[one]}</option>`,
    )}
  </select></label
>`;
