import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { formatDuration } from '../format.js';
import type { ScenarioStatus } from '../harness/scenario-state.js';
import type { Scenario, ScenarioGroup } from '../scenarios/scenario.js';
import { UnmockedChooseEvent } from './settings-events.js';
import { statusIcon, statusLabels } from './status.js';
import { texts } from './texts.js';
import { themeStyles } from './theme.styles.js';
import { listStyles } from './unmocked-list.styles.js';

/** One scenario, as the list shows it. */
export interface ListRow {
  scenario: Pick<Scenario, 'id' | 'title' | 'proves' | 'group' | 'tags'>;
  status: ScenarioStatus;
  durationMs: number;
}

/** In the order of the list. */
const GROUPS = [
  'engine',
  'conversation',
  'agent',
  'server',
  'settings',
  'other',
] as const satisfies readonly (ScenarioGroup | 'other')[];

/**
 * Every scenario, in groups, with a search and a filter.
 *
 * @fires unmocked-choose - The user chose a scenario; `id` is its id. Does not bubble.
 * @csspart panel, filters, group, row
 */
export class UnmockedList extends LitElement {
  static override styles = [themeStyles, listStyles];

  @property({ attribute: false }) rows: readonly ListRow[] = [];
  /** Id of the scenario in the pane. */
  @property({ attribute: false }) shown = '';
  @state() private search = '';
  @state() private status: ScenarioStatus | '' = '';
  /** For screen readers. */
  @state() private announcement = '';
  #focused: string | undefined;

  protected override willUpdate(): void {
    const active = this.shadowRoot?.activeElement as HTMLElement | null | undefined;
    this.#focused = active?.dataset['id'];
  }

  protected override updated(_: PropertyValues): void {
    // The row that had the focus may no longer match.
    const row = this.#focused && this.renderRoot.querySelector(`[data-id="${this.#focused}"]`);
    if (row === null) this.renderRoot.querySelector<HTMLElement>('#status')?.focus();
  }

  override render() {
    const matching = this.#matching();
    return html`<section part="panel" aria-labelledby="heading">
      <h3 id="heading">${texts.list.heading}</h3>
      <div class="filters" part="filters">
        <div class="field">
          <label for="search">${texts.list.search}</label>
          <input
            id="search"
            type="search"
            autocomplete="off"
            spellcheck="false"
            .value=${this.search}
            @input=${this.#type}
            @keydown=${this.#key}
          />
        </div>
        <div class="field">
          <label for="status">${texts.list.status}</label>
          <select id="status" @change=${this.#filter}>
            <option value="">${texts.list.every} (${this.rows.length})</option>
            ${this.#statuses().map(this.#option)}
          </select>
        </div>
      </div>
      <p class="visually-hidden" role="status">${this.announcement}</p>
      <div class="groups" tabindex="0" role="group" aria-labelledby="heading">
        ${
          matching.length === 0
            ? html`<p class="muted">${texts.list.nothing}</p>`
            : GROUPS.map((group) => this.#group(group, matching))
        }
      </div>
    </section>`;
  }

  #group(group: (typeof GROUPS)[number], matching: readonly ListRow[]) {
    const inGroup = ({ scenario }: ListRow) => (scenario.group ?? 'other') === group;
    const rows = matching.filter(inGroup);
    if (rows.length === 0) return nothing;
    const all = this.rows.filter(inGroup);
    const passed = all.filter(({ status }) => status === 'passed').length;
    const tried = all.some(({ durationMs }) => durationMs > 0);
    return html`<section part="group" aria-labelledby=${`group-${group}`}>
      <h4 id=${`group-${group}`}
        >${texts.list.groups[group]}
        <span class="muted">${tried ? texts.list.passedOf(passed, all.length) : all.length}</span></h4
      >
      <ul>
        ${repeat(rows, ({ scenario }) => scenario.id, this.#row)}
      </ul>
    </section>`;
  }

  #row = ({ scenario: { id, title }, status, durationMs }: ListRow) => html`<li>
    <button
      type="button"
      class="row"
      part="row"
      data-id=${id}
      aria-current=${id === this.shown ? 'true' : nothing}
      @click=${() => this.dispatchEvent(new UnmockedChooseEvent(id))}
    >
      <span class="mark" data-status=${status}>${statusIcon(status)}</span>
      <span class="title">${title}</span>
      <span class="visually-hidden">: ${statusLabels[status]}</span>
      <span class="muted time">${durationMs > 0 ? formatDuration(durationMs) : nothing}</span>
    </button>
  </li>`;

  #option = ([status, number]: readonly [ScenarioStatus, number]) => html`<option
    value=${status}
    ?selected=${status === this.status}
    >${statusLabels[status]} (${number})</option
  >`;

  /** The statuses that there are, and the chosen one. */
  #statuses(): (readonly [ScenarioStatus, number])[] {
    return (Object.keys(statusLabels) as ScenarioStatus[]).flatMap((status) => {
      const number = this.rows.filter((row) => row.status === status).length;
      return number > 0 || status === this.status ? [[status, number] as const] : [];
    });
  }

  #matching(): ListRow[] {
    const words = this.search.toLowerCase().split(/\s+/).filter(Boolean);
    return this.rows.filter(({ scenario, status }) => {
      if (this.status && status !== this.status) return false;
      const { id, title, proves, tags = [] } = scenario;
      const text = [id, title, proves, ...tags].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  #type(event: Event): void {
    this.search = (event.target as HTMLInputElement).value;
    this.#announce();
  }

  #filter(event: Event): void {
    this.status = (event.target as HTMLSelectElement).value as ScenarioStatus | '';
    this.#announce();
  }

  /** Enter chooses the first match. */
  #key(event: KeyboardEvent): void {
    const [first] = this.#matching();
    if (event.key === 'Enter' && first)
      this.dispatchEvent(new UnmockedChooseEvent(first.scenario.id));
  }

  #announce(): void {
    this.announcement = texts.list.found(this.#matching().length);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmocked-list': UnmockedList;
  }
}
