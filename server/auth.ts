import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../src/openai/api-error.js';

/** The key in a request's Authorization header. */
export function bearerKey(headers: Headers): string | undefined {
  return /^Bearer +(.*?) *$/i.exec(headers.get('authorization') ?? '')?.[1];
}

/**
 * @throws ApiError 401 if a key is required and the request's key differs. Compares in constant
 * time.
 */
export function checkKey(headers: Headers, required: string | undefined): void {
  if (required === undefined) return;
  const given = bearerKey(headers);
  if (given !== undefined && timingSafeEqual(digest(given), digest(required))) return;
  const what = given === undefined ? 'The API key is missing' : 'The API key is wrong';
  throw new ApiError(
    401,
    `${what}. Send the key that this server was started with as "Authorization: Bearer KEY".`,
    { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } },
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest();
