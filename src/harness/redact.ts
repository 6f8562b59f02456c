import { redacted, redactor } from '../settings/secret.js';
import type { Server } from '../scenarios/server.js';

/** What must be in no report: the server's key. */
export const secretOf = (server: Server | { reason: string }): string | undefined =>
  'reason' in server ? undefined : server.apiKey;

/** JSON-compatible data without a secret that may stand in any of its texts. */
export const withoutSecret = <T>(value: T, secret: string | undefined): T =>
  secret ? redacted(value, redactor(secret)) : value;
