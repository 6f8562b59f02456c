import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { formatBytes } from '../format.js';
import { nextDownload } from '../harness/next-download.js';
import { resolveModel } from '../models/registry.js';
import { resolveSettings, type SettingsSources } from '../settings/resolve.js';
import { texts } from './texts.js';

const DEVICES = { webgpu: 'WebGPU', wasm: 'WASM' };

/** In this browser: a model was loaded here, so that its cache may have the files. */
const KEY = 'unmocked-loaded';

/** What the note is about. */
interface Asked {
  sources: SettingsSources;
  /** The model is loaded now. */
  loaded: boolean;
  /** The page keeps things in this browser. */
  keeps: boolean;
}

/** Says what the next question downloads. It finds out again when the settings change. */
export class DownloadNote implements ReactiveController {
  text = '\u00a0';
  readonly #host: ReactiveControllerHost;
  readonly #of: () => Asked;
  #loadedBefore = false;
  #asked = '';
  #latest = 0;

  constructor(host: ReactiveControllerHost, of: () => Asked) {
    this.#host = host;
    this.#of = of;
    host.addController(this);
  }

  hostUpdate(): void {
    const { backends, local, remote } = resolveSettings(this.#of().sources);
    const { model, device, hubUrl } = local.settings;
    const asked = JSON.stringify([backends, model, device, hubUrl, remote.settings.apiUrl]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.check();
  }

  /** A model was loaded. */
  loaded(): void {
    this.#loadedBefore = true;
    try {
      if (this.#of().keeps) localStorage.setItem(KEY, 'yes');
    } catch {
      // The next visit then names the whole download.
    }
    this.check();
  }

  /** Something may be here now that was not. */
  check(): void {
    const turn = ++this.#latest;
    void this.#describe().then((text) => {
      if (turn !== this.#latest || text === this.text) return;
      this.text = text;
      this.#host.requestUpdate();
    });
  }

  get #mayBeHere(): boolean {
    try {
      return this.#loadedBefore || (this.#of().keeps && localStorage.getItem(KEY) !== null);
    } catch {
      return false;
    }
  }

  async #describe(): Promise<string> {
    const { sources, loaded } = this.#of();
    if (loaded) return texts.ask.loaded;
    const { backends, local, remote } = resolveSettings(sources);
    const { apiUrl } = remote.settings;
    if (backends[0] === 'remote' && apiUrl) return texts.ask.server(apiUrl);
    const { model, device, hubUrl } = local.settings;
    try {
      const resolved = resolveModel(model, { hub: hubUrl });
      const next = await nextDownload(resolved, device, this.#mayBeHere);
      if (!next) return device === 'webgpu' ? texts.ask.noAdapter : '';
      const where = `${DEVICES[next.device]} (${next.dtype})`;
      if (next.bytes === undefined) return texts.ask.unknownSize;
      if (next.bytes === 0) return texts.ask.nothing(where);
      const say = resolved.source.kind === 'hub' ? texts.ask.fetched : texts.ask.download;
      return say(formatBytes(next.bytes), where);
    } catch {
      return ''; // The settings say what is wrong with the model.
    }
  }
}
