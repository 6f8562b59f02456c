import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * The faults that a hub address can ask for, as a path prefix:
 * `/fault:truncate=1000,only=model.onnx/owner/name/resolve/…`. The address holds
 * them, not the server, so that concurrent tests do not see each other's faults.
 *
 * | option | what happens to a file's content |
 * | --- | --- |
 * | `truncate=N` | the file ends after N bytes, as Content-Length says: size or digest shows it |
 * | `cut=N` | the socket closes after N bytes of each answer; Content-Length promises all |
 * | `cut-once=N:KEY` | the same, only for the first answer under KEY |
 * | `stall=N` | nothing more comes after N bytes, and the socket stays open until `/__cut` closes it |
 * | `stall-once=N:KEY` | the same, only for the first answer under KEY |
 * | `silent` | no answer at all, and the socket stays open |
 * | `slow=N` | N bytes per second |
 * | `corrupt` | the byte in the middle is flipped; length and headers are right |
 * | `html` | status 200 with an index page, as a single-page host answers a missing file |
 * | `status=N`, `status-once=N:KEY` | this status; always, or for the first answer under KEY |
 * | `no-range` | Range is ignored, and not offered |
 * | `no-length` | no Content-Length |
 * | `gated` | 401 and `GatedRepo`, as for a repository whose terms nobody has accepted |
 * | `only=TEXT` | the faults touch only files whose path contains TEXT; without it, every file |
 * | `key=KEY` | no fault: logs the requests under KEY, as every `-once` also does |
 */
const NUMBERS = /** @type {const} */ (['truncate', 'cut', 'stall', 'slow', 'status']);
const ONCE = /** @type {const} */ ({
  'cut-once': 'cut',
  'stall-once': 'stall',
  'status-once': 'status',
});
const FLAGS = /** @type {const} */ ([
  'corrupt',
  'html',
  'silent',
  'no-range',
  'no-length',
  'gated',
]);
const TEXTS = /** @type {const} */ (['only', 'key']);

/**
 * @typedef {Partial<
 *   Record<(typeof NUMBERS)[number], number> &
 *   Record<(typeof FLAGS)[number], true> &
 *   Record<(typeof TEXTS)[number], string>
 * > & { once?: { name: 'cut' | 'stall' | 'status', value: number, key: string } }} HubFaults
 */

/**
 * @param {string} name
 * @param {string | undefined} text
 */
function number(name, text) {
  if (!/^\d+$/.test(text ?? ''))
    throw new Error(`fault ${name}: expected a whole number, got "${text ?? ''}"`);
  return Number(text);
}

/**
 * @template {string} T
 * @param {readonly T[]} names
 * @param {string} name
 */
const find = (names, name) => names.find((one) => one === name);

/**
 * Reads `truncate=1000,only=model`.
 *
 * @param {string} text
 * @throws {Error} that names the wrong part.
 */
export function parseFaults(text) {
  /** @type {HubFaults} */
  const faults = {};
  for (const part of text.split(',').filter(Boolean)) {
    const [name = '', value] = part.split(/=(.*)/s);
    const numeric = find(NUMBERS, name);
    const flag = find(FLAGS, name);
    const textual = find(TEXTS, name);
    const once = find(/** @type {(keyof typeof ONCE)[]} */ (Object.keys(ONCE)), name);
    if (numeric) faults[numeric] = number(name, value);
    else if (flag) faults[flag] = true;
    else if (textual && value) faults[textual] = value;
    else if (once) {
      const [count, key] = (value ?? '').split(/:(.*)/s);
      if (!key) throw new Error(`fault ${name}: expected N:KEY, got "${value ?? ''}"`);
      faults.once = { name: ONCE[once], value: number(name, count), key };
      faults.key ??= key;
    } else {
      const known = [...NUMBERS, ...Object.keys(ONCE), ...FLAGS, ...TEXTS].join(', ');
      throw new Error(`fault "${part}" is not one of ${known}`);
    }
  }
  return faults;
}

/**
 * The faults that apply to this answer for this file.
 *
 * @param {HubFaults} faults
 * @param {string} filePath
 * @param {Set<string>} used The KEYs whose one fault is used up. Gets this one's.
 * @returns {HubFaults}
 */
export function faultsFor(faults, filePath, used) {
  if (faults.only && !filePath.includes(faults.only)) return {};
  const { once } = faults;
  if (!once || used.has(once.key)) return faults;
  used.add(once.key);
  return { ...faults, [once.name]: once.value };
}

/**
 * The bytes `start` to `end` (exclusive) of a file, changed by the faults. Ends early for `cut`.
 * For `stall`, it ends only when `signal` aborts.
 *
 * @param {string} file
 * @param {number} size
 * @param {number} start
 * @param {number} end
 * @param {HubFaults} faults
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Buffer>}
 */
export async function* content(file, size, start, end, faults, signal) {
  const pieceSize = faults.slow
    ? Math.max(1, Math.min(65_536, Math.floor(faults.slow / 10)))
    : 65_536;
  const stop = Math.min(end, start + Math.min(faults.cut ?? Infinity, faults.stall ?? Infinity));
  let position = start;
  if (stop > start) {
    for await (const chunk of createReadStream(file, {
      start,
      end: stop - 1,
      highWaterMark: pieceSize,
    })) {
      const middle = Math.floor(size / 2) - position;
      if (faults.corrupt && middle >= 0 && middle < chunk.length) chunk[middle] ^= 0x01;
      if (faults.slow) await wait((1000 * chunk.length) / faults.slow, undefined, { signal });
      position += chunk.length;
      yield chunk;
    }
  }
  if (faults.stall !== undefined && stop < end)
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
