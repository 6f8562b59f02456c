import { sleep } from '../../async.js';
import { STORE_FOLDER_NAME } from '../stored-files.js';

/** A file whose download is not complete. */
export interface PartialFile {
  /** What an earlier download left, in pieces of a few megabytes. */
  existing(): Generator<Uint8Array>;
  append(chunk: Uint8Array): void;
  /** Discards all bytes. */
  reset(): void;
  /**
   * Closes the file. A complete file becomes a cached one; an incomplete one waits for the next
   * try.
   */
  close(complete: boolean): Promise<void>;
}

const PIECE = 4 * 1024 * 1024;
/**
 * A terminated worker holds its file for a moment longer. Another tab holds it as long as it
 * downloads.
 */
const LOCK_TRIES = 10;
const LOCK_PAUSE_MS = 100;

/**
 * Caches verified model files by their SHA-256 in the origin-private file system. An incomplete
 * file is `<sha256>.part`, so that a later download can resume it. Without such a file system (an
 * older browser, or no secure context), nothing is cached and loading still works.
 */
export class FileCache {
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** Undefined if this browser or page cannot cache files. */
  static async open(): Promise<FileCache | undefined> {
    try {
      const root = await navigator.storage.getDirectory();
      return new FileCache(await root.getDirectoryHandle(STORE_FOLDER_NAME, { create: true }));
    } catch {
      return undefined;
    }
  }

  /** The cached file, unchecked; undefined if it is not cached. */
  async read(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const file = await (await this.#folder.getFileHandle(sha256)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch {
      return undefined;
    }
  }

  async delete(sha256: string): Promise<void> {
    await this.#folder.removeEntry(sha256).catch(() => undefined);
  }

  /** Undefined if another tab or worker is writing this file, or the storage is full. */
  async openPartial(sha256: string): Promise<PartialFile | undefined> {
    let handle: FileSystemFileHandle;
    let access: FileSystemSyncAccessHandle;
    try {
      handle = await this.#folder.getFileHandle(`${sha256}.part`, { create: true });
      access = await openForWriting(handle);
    } catch {
      return undefined;
    }
    const folder = this.#folder;
    let broken = false; // out of quota: the download goes on without the cache
    return {
      *existing() {
        const size = access.getSize();
        for (let at = 0; at < size;) {
          const piece = new Uint8Array(Math.min(PIECE, size - at));
          const read = access.read(piece, { at });
          if (read === 0) return;
          yield piece.subarray(0, read);
          at += read;
        }
      },
      append(chunk) {
        if (broken) return;
        try {
          access.write(chunk, { at: access.getSize() });
        } catch {
          broken = true;
          access.truncate(0);
        }
      },
      reset() {
        access.truncate(0);
      },
      async close(complete) {
        try {
          access.flush();
        } catch {
          broken = true; // out of quota: the bytes in memory are still good
        } finally {
          access.close();
        }
        if (!complete || broken) return;
        await moveFile(folder, handle, sha256);
      },
    };
  }
}

async function openForWriting(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      if ((error as Error).name !== 'NoModificationAllowedError' || attempt === LOCK_TRIES)
        throw error;
      await sleep(LOCK_PAUSE_MS);
    }
  }
}

/** TypeScript's library lacks `move`, and so do some browsers. There the file is copied. */
async function moveFile(
  folder: FileSystemDirectoryHandle,
  file: FileSystemFileHandle,
  name: string,
): Promise<void> {
  const movable = file as FileSystemFileHandle & { move?: (name: string) => Promise<void> };
  try {
    if (movable.move) return await movable.move(name);
    const target = await (
      await folder.getFileHandle(name, { create: true })
    ).createSyncAccessHandle();
    target.write(new Uint8Array(await (await file.getFile()).arrayBuffer()));
    target.close();
    await folder.removeEntry(file.name);
  } catch {
    // A half-written file must not look complete.
    await folder.removeEntry(name).catch(() => undefined);
  }
}
