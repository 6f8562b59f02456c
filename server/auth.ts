import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiError } from './errors.js';

/** The key that a request brings, if any. */
export function bearerKey(headers: Headers): string | undefined {
  return /^Bearer +(.*?) *$/i.exec(headers.get('authorization') ?? '')?.[1];
}

/** @throws ApiError 401 where a key is required and the request's is not it. Takes as long for any wrong key. */
export function checkKey(headers: Headers, required: string | undefined): void {
  if (required === undefined) return;
  const given = bearerKey(headers);
  if (given !== undefined && timingSafeEqual(digest(given), digest(required))) return;
  const what = given === undefined ? 'No API key was given' : 'The API key is not the right one';
  throw new ApiError(
    401,
    `${what}. Send the key that this server was started with as "Authorization: Bearer KEY".`,
    { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } },
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest();
