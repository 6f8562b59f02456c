/** The files of a folder that the user chose, by their paths in it. */
export interface PickedFolder {
  name: string;
  files: ReadonlyMap<string, File>;
}

type PickDirectory = (options?: { mode: 'read' }) => Promise<FileSystemDirectoryHandle>;

/**
 * Asks the user for a folder. Undefined where the browser cannot: there, `<input webkitdirectory>` can.
 * The promise gives undefined if the user chose none.
 */
export const pickFolder: (() => Promise<FileSystemDirectoryHandle | undefined>) | undefined =
  (() => {
    const { showDirectoryPicker: show } = globalThis as { showDirectoryPicker?: PickDirectory };
    if (!show) return undefined;
    return () =>
      show({ mode: 'read' }).catch((error: Error) => {
        if (error.name === 'AbortError') return undefined;
        throw error;
      });
  })();

/** A folder deeper than a repository's is not read to its end. */
const DEEPEST = 3;

export async function filesOfHandle(folder: FileSystemDirectoryHandle): Promise<PickedFolder> {
  const files = new Map<string, File>();
  const read = async (handle: FileSystemDirectoryHandle, above: string, depth: number) => {
    for await (const [name, entry] of handle.entries()) {
      if (name.startsWith('.')) continue;
      const path = above + name;
      if (entry.kind === 'file') files.set(path, await (entry as FileSystemFileHandle).getFile());
      else if (depth < DEEPEST)
        await read(entry as FileSystemDirectoryHandle, `${path}/`, depth + 1);
    }
  };
  await read(folder, '', 1);
  return { name: folder.name, files };
}

/** What `<input webkitdirectory>` gives: each path begins with the folder's own name. */
export function filesOfInput(list: Iterable<File>): PickedFolder {
  const all = [...list];
  const name = all[0]?.webkitRelativePath.split('/')[0] ?? '';
  const files = all.map((file) => [file.webkitRelativePath.slice(name.length + 1), file] as const);
  return { name, files: new Map(files) };
}
