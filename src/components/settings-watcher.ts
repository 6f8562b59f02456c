import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { SettingsStore } from '../settings/settings-store.js';

/** Renders its element again when the settings change. */
export class SettingsWatcher implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #store: () => SettingsStore | undefined;
  #connected = false;
  #watched: SettingsStore | undefined;

  /** @param store read before each render, because an element can get another one. */
  constructor(host: ReactiveControllerHost, store: () => SettingsStore | undefined) {
    this.#host = host;
    this.#store = store;
  }

  hostConnected(): void {
    this.#connected = true;
    this.#watch(this.#store());
    this.#host.requestUpdate(); // Something may have changed while nobody watched.
  }

  hostUpdate(): void {
    if (this.#connected) this.#watch(this.#store());
  }

  hostDisconnected(): void {
    this.#connected = false;
    this.#watch(undefined);
  }

  #watch(store: SettingsStore | undefined): void {
    if (store === this.#watched) return;
    this.#watched?.removeEventListener('change', this.#render);
    store?.addEventListener('change', this.#render);
    this.#watched = store;
  }

  readonly #render = () => this.#host.requestUpdate();
}
