import type { LoadProgress } from '../protocol.js';

/** Adds up the progress of several downloads. */
export class DownloadProgress {
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #files = new Map<string, { loaded: number; total: number }>();
  /** What a file should have. It counts where an answer does not say its length. */
  readonly #expected = new Map<string, number>();
  #loadedBytes = 0;
  #totalBytes = 0;
  /** While true, progress is counted but not reported. */
  silent = false;

  constructor(onProgress: (progress: LoadProgress) => void) {
    this.#onProgress = onProgress;
  }

  /** Bytes received so far. A download that starts again does not count backwards. */
  get loadedBytes(): number {
    return this.#loadedBytes;
  }

  /** Announces a file before its download starts, so that the total is right from the beginning. */
  expect(file: string, bytes: number): void {
    this.#expected.set(file, bytes);
    this.#files.set(file, { loaded: this.#files.get(file)?.loaded ?? 0, total: bytes });
  }

  /** Removes a file that does not exist. */
  drop(file: string): void {
    this.#files.delete(file);
  }

  /** @param total undefined if the answer does not say it, as a compressed one does not. */
  update(file: string, loaded: number, total: number | undefined): void {
    const whole = total ?? this.#expected.get(file) ?? 0;
    this.#files.set(file, { loaded, total: Math.max(whole, loaded) });
    let loadedBytes = 0;
    let totalBytes = 0;
    for (const size of this.#files.values()) {
      loadedBytes += size.loaded;
      totalBytes += size.total;
    }
    this.#loadedBytes = Math.max(this.#loadedBytes, loadedBytes);
    this.#totalBytes = Math.max(totalBytes, this.#loadedBytes);
    this.#report('download', file);
  }

  /** The connection broke while this file was downloaded. */
  waitFor(file: string): void {
    this.#report('waiting', file);
  }

  #report(phase: 'download' | 'waiting', file: string): void {
    if (this.silent) return;
    this.#onProgress({
      phase,
      loadedBytes: this.#loadedBytes,
      totalBytes: this.#totalBytes,
      file,
    });
  }
}
