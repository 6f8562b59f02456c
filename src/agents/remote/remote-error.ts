import { type ErrorCode, type ErrorDetails, UnmockedError } from '../../errors.js';

/** What went wrong between an agent and its server. In an error's `details.fault`. */
export type RemoteFault =
  | 'refused' // nothing listens there, or the server hung up at once
  | 'unresolved' // perhaps no such name (a browser does not say if it is name or port)
  | 'cors' // the server answers, but not to pages of this origin
  | 'mixed-content' // an https page may not call a plain http server
  | 'redirect' // the API is at another address
  | 'connection-lost' // the server hung up before its answer was complete
  | 'timeout' // the server was silent for too long
  | 'unauthorized' // 401, 403
  | 'no-such-model' // 404 that names the model
  | 'no-such-endpoint' // 404 or 405
  | 'bad-request' // any other 4xx
  | 'context-overflow' // 400 that says so
  | 'rate-limited' // 429
  | 'unavailable' // 503
  | 'server-error' // any other 5xx, or an error in the middle of a stream
  | 'html' // a web page instead of an answer
  | 'content-type' // not the type that was requested
  | 'not-json' // broken or cut JSON
  | 'no-choices' // an answer without a reply
  | 'malformed' // a reply of the wrong form
  | 'cut' // the stream ended before the reply was complete
  | 'endless'; // the stream goes on past every limit

export function remoteError(
  code: ErrorCode,
  fault: RemoteFault,
  message: string,
  details: ErrorDetails = {},
  cause?: unknown,
): UnmockedError {
  return new UnmockedError(code, message, { details: { fault, ...details }, cause });
}

export const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
