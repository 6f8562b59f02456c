import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';

/** A model as the user wrote it. */
interface Reference {
  id: string;
  hub: string;
}

/** Asks the hub for the files of a model that the registry does not know, to show their size. */
export class ModelListing implements ReactiveController {
  /** The model with its files; undefined until the hub has answered. */
  model: Model | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #reference: () => Reference | undefined;
  #asked = '';
  #asking = new AbortController();

  constructor(host: ReactiveControllerHost, reference: () => Reference | undefined) {
    this.#host = host;
    this.#reference = reference;
    host.addController(this);
  }

  hostUpdated(): void {
    const reference = this.#reference();
    const asked = JSON.stringify(reference);
    if (asked === this.#asked) return;
    this.#asked = asked;
    void this.#ask(reference);
  }

  hostDisconnected(): void {
    this.#asking.abort();
    this.#asked = '';
  }

  async #ask(reference: Reference | undefined): Promise<void> {
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    this.#show(undefined);
    const model = reference && resolved(reference);
    if (!model || Object.keys(model.files).length > 0) return;
    // Loaded on demand. Without it, the form says that the size is unknown.
    const code = await import('../engine/hub-listing.js').catch(() => undefined);
    const listing = await code?.withListedFiles(model, signal);
    if (!signal.aborted) this.#show(listing);
  }

  #show(model: Model | undefined): void {
    if (model === this.model) return;
    this.model = model;
    this.#host.requestUpdate();
  }
}

function resolved({ id, hub }: Reference): Model | undefined {
  try {
    return resolveModel(id, { hub });
  } catch {
    return undefined; // The form shows the error.
  }
}
