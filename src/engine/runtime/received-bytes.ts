import { createSHA256, type IHasher } from 'hash-wasm';
import type { PartialFile } from './file-cache.js';

/**
 * The bytes of a download so far, with their running SHA-256. Mirrors them to the cache's partial
 * file.
 */
export class ReceivedBytes {
  /** Identifies the version of the file that the bytes belong to. */
  etag: string | null = null;
  /** The server has answered once. */
  answered = false;
  #length = 0;
  #chunks: Uint8Array[] = [];
  readonly #hasher: IHasher;
  readonly #partial: PartialFile | undefined;

  /** Starts with what an earlier download left in `partial`. */
  static async resume(partial: PartialFile | undefined): Promise<ReceivedBytes> {
    const received = new ReceivedBytes(await createSHA256(), partial);
    for (const chunk of partial?.existing() ?? []) received.#keep(chunk);
    return received;
  }

  private constructor(hasher: IHasher, partial: PartialFile | undefined) {
    this.#hasher = hasher;
    this.#partial = partial;
  }

  get length(): number {
    return this.#length;
  }

  add(chunk: Uint8Array): void {
    this.#keep(chunk);
    this.#partial?.append(chunk);
  }

  /** Discards everything, in the partial file too. */
  reset(): void {
    this.etag = null;
    this.#length = 0;
    this.#chunks = [];
    this.#hasher.init();
    this.#partial?.reset();
  }

  /** Call once, when all bytes have arrived. */
  finish(): { bytes: Uint8Array<ArrayBuffer>; sha256: string } {
    const bytes = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    return { bytes, sha256: this.#hasher.digest('hex') };
  }

  #keep(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#hasher.update(chunk);
    this.#length += chunk.length;
  }
}

const PIECE = 1 << 20;

/** SHA-256 in lower-case hex. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hasher = await createSHA256();
  // hash-wasm copies its input into its own memory, so hash in pieces.
  for (let offset = 0; offset < bytes.length; offset += PIECE)
    hasher.update(bytes.subarray(offset, offset + PIECE));
  return hasher.digest('hex');
}
