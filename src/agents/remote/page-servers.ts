/**
 * Servers inside this page, by base URL. No network knows their addresses, so remote agents reach
 * them through these functions in place of `fetch`.
 */
const servers = new Map<string, typeof fetch>();
let count = 0;

/** Registers a server under a base URL of its own. Call `end` when it is gone. */
export function registerPageServer(answer: typeof fetch): { baseURL: string; end(): void } {
  const origin = `http://${++count}.unmocked.localhost`;
  servers.set(origin, answer);
  return { baseURL: `${origin}/v1`, end: () => void servers.delete(origin) };
}

/** How to send a request to an address: to a server in this page, or over the network. */
export const fetchFor = (url: string): typeof fetch => servers.get(new URL(url).origin) ?? fetch;
