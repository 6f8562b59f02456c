import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { fromAttribute } from '../settings/attributes.js';
import { shownSettings } from '../settings/run-settings.js';
import type { AgentSettings, SettingName } from '../settings/settings.js';
import { SettingsStore } from '../settings/settings-store.js';
import { BaseAttribute } from './base-attribute.js';
import { SettingsWatcher } from './settings-watcher.js';

/**
 * An element with the settings of a run. Its store is the only copy: the attributes and properties
 * set arguments of the store, and the properties read the value that counts.
 */
export class SettingsElement extends LitElement {
  /** The settings and where each comes from. */
  readonly settings = new SettingsStore();
  protected readonly baseAttribute = new BaseAttribute();

  constructor() {
    super();
    this.addController(new SettingsWatcher(this, () => this.settings));
  }

  /** A registry id, a hub id, the URL of a model folder, or the server's name for a model. */
  @property(fromAttribute('model'))
  get model(): string {
    const { requested, remote } = this.settings.resolved;
    // The default is the name of this page's model. A server chooses its own.
    const serverChooses = requested === 'remote' && remote.origins.model === 'default';
    return serverChooses ? '' : this.#shown.model;
  }
  set model(value: string) {
    this.#set('model', value);
  }

  /** `auto`, `webgpu` or `wasm`. A named device is used or refused, never replaced. */
  @property(fromAttribute('device'))
  get device(): AgentSettings['device'] {
    return this.#shown.device;
  }
  set device(value: AgentSettings['device']) {
    this.#set('device', value);
  }

  /** The seed of sampling. */
  @property(fromAttribute('seed'))
  get seed(): number {
    return this.#shown.seed;
  }
  set seed(value: number) {
    this.#set('seed', value);
  }

  /** Base URL of a mirror of the hub; empty: the hub itself. */
  @property(fromAttribute('hubUrl'))
  get hub(): string {
    return this.#shown.hubUrl ?? '';
  }
  set hub(value: string) {
    this.#set('hubUrl', value);
  }

  /** Where agents run in the scenarios that are not about this page's engine. */
  @property(fromAttribute('backend'))
  get backend(): AgentSettings['backend'] {
    return this.#shown.backend;
  }
  set backend(value: AgentSettings['backend']) {
    this.#set('backend', value);
  }

  /** Base URL of an OpenAI-compatible server, `/v1` included; empty: none. */
  @property(fromAttribute('apiUrl'))
  get apiUrl(): string {
    return this.settings.resolved.remote.settings.apiUrl ?? '';
  }
  set apiUrl(value: string) {
    this.#set('apiUrl', value);
  }

  /** The server's key. A secret, so it has no attribute. */
  @property(fromAttribute('apiKey'))
  get apiKey(): string {
    return this.settings.resolved.remote.settings.apiKey ?? '';
  }
  set apiKey(value: string) {
    this.#set('apiKey', value);
  }

  /** Where `models/` and `ort/` are: `assets.base`, for the whole page. */
  @property()
  get base(): string {
    return this.baseAttribute.text;
  }
  set base(url: string | null) {
    this.baseAttribute.text = url;
  }

  get #shown(): AgentSettings {
    return shownSettings(this.settings.resolved);
  }

  /** An empty string removes the argument, as a missing attribute does. */
  #set(name: SettingName, value: unknown): void {
    this.settings.setArgument(name, value === '' ? undefined : value);
  }
}
