import { html, nothing } from 'lit';
import type { ScenarioState } from '../harness/scenario-state.js';
import type { Scenario } from '../scenarios/scenario.js';
import { statusIcon, statusLabels } from './status.js';
import { texts } from './texts.js';

interface StripView {
  scenarios: readonly Scenario[];
  /** Id of the scenario in the pane. */
  shown: string;
  state(id: string): ScenarioState;
  /** @param moved by an arrow key, so the next one may follow at once. */
  choose(id: string, moved: boolean): void;
}

export const PANE_ID = 'pane';
export const cellId = (id: string): string => `cell-${id}`;

/**
 * A cell for each scenario, in the order of a run. One of them is in the tab order, and the arrow keys,
 * Home and End choose another one, as in a list of tabs: the pane below shows the chosen scenario.
 */
export const stripPart = (view: StripView) => html`<div
  class="strip"
  part="strip"
  role="tablist"
  aria-label=${texts.run.strip}
  @keydown=${(event: KeyboardEvent) => moveIn(view, event)}
>
  ${view.scenarios.map((scenario, index) => cell(view, scenario, index))}
</div>`;

function cell({ shown, state, choose }: StripView, { id, title }: Scenario, index: number) {
  const { status, earlier } = state(id);
  const chosen = id === shown;
  return html`<button
    type="button"
    role="tab"
    id=${cellId(id)}
    class="cell"
    part="cell"
    data-status=${status}
    ?data-earlier=${earlier}
    title=${title}
    aria-label=${texts.run.cell(index + 1, title, statusLabels[status])}
    aria-selected=${chosen}
    aria-controls=${PANE_ID}
    tabindex=${chosen ? nothing : -1}
    @click=${() => choose(id, false)}
    >${status === 'idle' ? html`<span class="number">${index + 1}</span>` : statusIcon(status)}</button
  >`;
}

function moveIn({ scenarios, shown, choose }: StripView, event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const last = scenarios.length - 1;
  const at = scenarios.findIndex(({ id }) => id === shown);
  const to = {
    ArrowRight: at === last ? 0 : at + 1,
    ArrowLeft: at <= 0 ? last : at - 1,
    Home: 0,
    End: last,
  }[event.key];
  const next = to === undefined ? undefined : scenarios[to];
  if (!next) return;
  event.preventDefault();
  choose(next.id, true);
  const { currentTarget } = event;
  // The cells stay, so the focus can move before they render again.
  (currentTarget as HTMLElement).querySelector<HTMLElement>(`#${cellId(next.id)}`)?.focus();
}
