import type { Server } from '../scenarios/server.js';

/** What must be in no report: the server's key. */
export const secretOf = (server: Server | { reason: string }): string | undefined => ('reason' in server ? undefined : server.apiKey);

/** A JSON-compatible value without a secret that may stand anywhere in it. */
export function withoutSecret<T>(value: T, secret: string | undefined): T {
  if (!secret) return value;
  const json = JSON.stringify(value);
  const written = JSON.stringify(secret).slice(1, -1);
  return json?.includes(written) ? (JSON.parse(json.replaceAll(written, '…')) as T) : value;
}
