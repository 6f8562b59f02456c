import { LitElement } from 'lit';
import { sleep } from '../async.js';

const RENDER_INTERVAL_MS = 50;

/**
 * An element that shows tokens as they arrive. Tokens arrive faster than anybody reads, so while it
 * streams it renders at most twenty times a second and leaves the main thread free.
 */
export abstract class StreamingElement extends LitElement {
  #renderedAt = -Infinity;

  protected abstract get streaming(): boolean;

  protected override async scheduleUpdate(): Promise<void> {
    const pause = this.#renderedAt + RENDER_INTERVAL_MS - performance.now();
    // Not an animation frame: there are none while a software GPU computes.
    if (this.hasUpdated && this.streaming && pause > 0) await sleep(pause);
    super.scheduleUpdate();
    this.#renderedAt = performance.now();
  }
}
