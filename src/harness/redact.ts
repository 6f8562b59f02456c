import { redacted, redactor } from '../settings/secret.js';
import type { Server } from '../scenarios/server.js';

/** The server's key, which must never reach a report. */
export const secretOf = (server: Server | { reason: string }): string | undefined =>
  'reason' in server ? undefined : server.apiKey;

/** A copy of JSON-compatible data with the secret removed from every string. */
export const withoutSecret = <T>(value: T, secret: string | undefined): T =>
  secret ? redacted(value, redactor(secret)) : value;
