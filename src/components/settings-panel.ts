import { html, nothing, type LitElement } from 'lit';
import { describeOrigin } from '../settings/setting-rows.js';
import { settingsLine } from './settings-line.js';
import type { SettingsElement } from './settings-element.js';
import type { UnmockedSettingsEvent } from './settings-events.js';
import { texts } from './texts.js';

/** What tests the settings: it asks the model a question. */
interface Tester {
  readonly busy: boolean;
  /** What the latest test says. */
  readonly said?: { text: string; failed: boolean };
  test(prompt: string): unknown;
  stop(): void;
}

/** What is in use, and behind "Change" everything that changes it. */
export class SettingsPanel {
  readonly #host: SettingsElement;

  constructor(host: SettingsElement) {
    this.#host = host;
  }

  line() {
    return html`<div class="using" part="using">
      <span class="label">${texts.settings.using}</span>
      ${settingsLine(this.#host.settings)}
      <button
        type="button"
        id="change"
        aria-haspopup="dialog"
        aria-label=${texts.settings.changeLabel}
        @click=${this.#open}
        >${texts.settings.change}</button
      >
    </div>`;
  }

  /** It is always there, so nothing that was typed is lost when it closes. */
  dialog(running: boolean, tester: Tester | null) {
    return html`<dialog id="settings" part="dialog" aria-labelledby="settings-title" closedby="any">
      <div class="dialog-head">
        <h2 id="settings-title">${texts.settings.heading}</h2>
        <button type="button" id="close" @click=${this.#close}>${texts.settings.close}</button>
      </div>
      ${this.#form(running)} ${testPart(running, tester)}
      ${
        this.#host.settings.keeps
          ? html`<unmocked-sources
              part="sources"
              .settings=${this.#host.settings}
              .disabled=${running}
            ></unmocked-sources>`
          : nothing
      }
    </dialog>`;
  }

  #form(disabled: boolean) {
    const { settings, backend, model, device, seed, hub, apiUrl, apiKey } = this.#host;
    const { enteredKey, keeps, hasSaved, rememberKey, resolved } = settings;
    // A key from an argument shows in the field. For any other key, the field shows its origin.
    const key = resolved.remote.origins.apiKey === 'argument' ? apiKey : enteredKey;
    const keyFrom =
      apiKey && !key ? describeOrigin('apiKey', 'remote', resolved, settings.sources) : '';
    return html`<unmocked-settings
      part="settings"
      .backend=${backend}
      .model=${model}
      .device=${device}
      .seed=${seed}
      .hubUrl=${hub}
      .apiUrl=${apiUrl}
      .apiKey=${key}
      .keyFrom=${keyFrom}
      .keyWithheld=${resolved.keyWithheld}
      .keeps=${keeps}
      .saved=${hasSaved}
      .rememberKey=${rememberKey}
      .disabled=${disabled}
      @unmocked-settings=${this.#change}
      @unmocked-forget=${() => settings.forget()}
    ></unmocked-settings>`;
  }

  readonly #change = ({ detail: { rememberKey, ...values } }: UnmockedSettingsEvent): void => {
    const { settings } = this.#host;
    if (rememberKey !== undefined) settings.keepKey(rememberKey);
    if (Object.keys(values).length > 0) settings.change(values);
  };

  readonly #open = (): void => dialogOf(this.#host)?.showModal();
  // The browser gives the focus back to "Change", also after Escape.
  readonly #close = (): void => dialogOf(this.#host)?.close();
}

const dialogOf = (host: LitElement): HTMLDialogElement | null =>
  host.renderRoot.querySelector<HTMLDialogElement>('#settings');

/** One button for both, so that it keeps the focus. */
function testPart(running: boolean, tester: Tester | null) {
  const busy = tester?.busy ?? false;
  const { text = '', failed = false } = tester?.said ?? {};
  return html`<div class="test">
    <button
      type="button"
      id="test-settings"
      ?disabled=${running}
      @click=${() => (busy ? tester?.stop() : void tester?.test(''))}
      >${busy ? texts.settings.testStop : texts.settings.test}</button
    >
    <p role="status" id="tested" class=${failed ? 'problem' : ''}
      >${busy ? texts.settings.testBusy : text}</p
    >
  </div>`;
}
