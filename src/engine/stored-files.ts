/** The folder of the origin-private file system in which verified model files are kept. */
export const STORE_FOLDER_NAME = 'unmocked-models';

/** Whether this browser keeps a model file with this SHA-256. */
export async function isStored(sha256: string): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(STORE_FOLDER_NAME);
    await folder.getFileHandle(sha256);
    return true;
  } catch {
    return false;
  }
}
