/**
 * Whether the browser's HTTP cache has a file. It tells a page only about files of its own origin: for
 * any other, the answer is no.
 */
export async function isInHttpCache(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { cache: 'only-if-cached', mode: 'same-origin' });
    void response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
