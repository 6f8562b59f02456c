import type { LoadProgress } from '../engine/protocol.js';

/** The specification hides a model's size: progress comes in steps of this fraction. */
const STEP = 1 / 65_536;

type ProgressHandler = ((event: ProgressEvent) => unknown) | null;

/** The target of `downloadprogress` events: `loaded` rises from 0 to 1, `total` is 1. */
export class CreateMonitor extends EventTarget {
  #handler: ProgressHandler = null;

  get ondownloadprogress(): ProgressHandler {
    return this.#handler;
  }

  set ondownloadprogress(handler: ProgressHandler) {
    if (this.#handler) this.removeEventListener('downloadprogress', this.#handler as EventListener);
    this.#handler = typeof handler === 'function' ? handler : null;
    if (this.#handler) this.addEventListener('downloadprogress', this.#handler as EventListener);
  }
}

/**
 * Turns an engine's progress in bytes into a monitor's events. None follows once `signal` aborts.
 */
export class DownloadProgress {
  readonly #monitor: CreateMonitor;
  readonly #signal: AbortSignal;
  #last = -1;

  constructor(monitor: CreateMonitor, signal: AbortSignal) {
    this.#monitor = monitor;
    this.#signal = signal;
  }

  begin(): void {
    this.#report(0);
  }

  /**
   * Stays below 1: a rung whose file is complete can still fail, and the next one downloads another
   * file.
   */
  update({ loadedBytes, totalBytes }: LoadProgress): void {
    const fraction = Math.floor((totalBytes > 0 ? loadedBytes / totalBytes : 0) / STEP) * STEP;
    this.#report(Math.min(fraction, 1 - STEP));
  }

  end(): void {
    this.#report(1);
  }

  #report(loaded: number): void {
    if (loaded <= this.#last || this.#signal.aborted) return;
    this.#last = loaded;
    this.#monitor.dispatchEvent(
      new ProgressEvent('downloadprogress', { loaded, total: 1, lengthComputable: true }),
    );
  }
}
