import { UnmockedError } from '../../errors.js';

/** The longest JSON that a model may have. The largest known `tokenizer.json` has 35 MB. Bytes. */
export const MOST_JSON_BYTES = 128 * 1024 * 1024;
/** No model's configuration is so deep, and code that reads it may call itself for each level. */
const MOST_LEVELS = 200;

/**
 * Reads JSON that comes from anywhere.
 *
 * @param path names the file in errors.
 * @throws UnmockedError `integrity` if it is no JSON, `invalid-model` if it is deeper or longer than
 *   any model's.
 */
export function readJson(path: string, bytes: Uint8Array, base: string): unknown {
  const refuse = (what: string) =>
    new UnmockedError('invalid-model', `${path} from ${base} ${what}. Choose another model.`, {
      details: { path },
    });
  if (bytes.length > MOST_JSON_BYTES)
    throw refuse(`has ${bytes.length} bytes; the limit is ${MOST_JSON_BYTES}`);
  if (isDeeperThan(bytes, MOST_LEVELS)) throw refuse(`is nested more than ${MOST_LEVELS} levels`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UnmockedError(
      'integrity',
      `${path} from ${base} is not JSON: ${(cause as Error).message}. ` +
        'Check the file at its source.',
      { cause, details: { path } },
    );
  }
}

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\[]{}'].map(
  (character) => character.charCodeAt(0),
);

/** Counts brackets outside of strings, without reading the values. */
function isDeeperThan(json: Uint8Array, most: number): boolean {
  let level = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++level > most) return true;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) level--;
  }
  return false;
}
