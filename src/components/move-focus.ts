import type { LitElement } from 'lit';

/**
 * Moves the focus from one button to another after the next render. Otherwise a keyboard user loses
 * the focus when the button that they pressed becomes disabled.
 */
export function moveFocus(element: LitElement, fromId: string, toId: string): void {
  if (element.shadowRoot?.activeElement?.id !== fromId) return;
  void element.updateComplete.then(() => element.shadowRoot?.getElementById(toId)?.focus());
}
