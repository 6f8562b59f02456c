/**
 * Verified model files, kept by their SHA-256 in the origin-private file system; a file that is still arriving is `<sha256>.part`, so that
 * an interrupted download goes on where it stopped. Where the browser has no such file system (or the page is not in a secure context)
 * nothing is kept, and everything works.
 */
export interface PartialFile {
  /** What was already there, in pieces of a few megabytes. */
  existing(): Generator<Uint8Array>;
  append(chunk: Uint8Array): void;
  /** Forgets what arrived so far. */
  reset(): void;
  /** Closes; a complete file becomes the kept one, an incomplete one waits for the next try. */
  close(complete: boolean): Promise<void>;
}

const FOLDER = 'unmocked-models';
const PIECE = 4 * 1024 * 1024;
/** A worker that was just terminated still holds its file for a moment; another tab holds it for as long as it downloads. */
const LOCK_TRIES = 10;
const LOCK_PAUSE_MS = 100;

export class FileCache {
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  static async open(): Promise<FileCache | undefined> {
    try {
      const root = await navigator.storage.getDirectory();
      return new FileCache(await root.getDirectoryHandle(FOLDER, { create: true }));
    } catch {
      return undefined; // no secure context, storage blocked, or an older browser: go on without
    }
  }

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

  /** Undefined when another tab or worker is writing this file at the moment, or storage is full. */
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
    let broken = false; // out of quota: the download itself must go on
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
          broken = true; // out of quota; the bytes in memory are good all the same
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
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
    }
  }
}

/** `move` is missing from TypeScript's library; where a browser lacks it too, the file is copied. */
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
    await folder.removeEntry(name).catch(() => undefined); // half a file must not look like a whole one
  }
}
