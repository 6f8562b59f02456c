import { html, nothing } from 'lit';
import type { ScenarioState } from '../harness/scenario-state.js';
import { bytesOf, labelOf, progressPart } from './scenario-parts.js';

/** What loads, how many bytes of it are there, and a bar. */
export function loadingPart({ progress, status }: Pick<ScenarioState, 'progress' | 'status'>) {
  if (!progress || status !== 'running') return nothing;
  const bytes = bytesOf(progress);
  return html`<div class="loading" part="loading">
    <span>${labelOf(progress)}${bytes ? html` <span class="muted">${bytes}</span>` : nothing}</span>
    ${progressPart(progress)}
  </div>`;
}
