import { UnmockedError } from '../errors.js';
import { formatBytes } from '../format.js';
import type { Report } from '../harness/report.js';
import { readReport } from './read-report.js';

const NAME = 'report';
/** What a link may unpack to: a small one can hold a gigabyte of zeros. */
const MAX_BYTES = 20_000_000;

/**
 * The report as the fragment of a link, such as `#report=…`: compressed (raw deflate) and in base64url.
 * A browser keeps a fragment to itself, so the page's server never sees it.
 */
export async function toFragment(report: Report): Promise<string> {
  const json = new Blob([JSON.stringify(report)]).stream();
  const packed = json.pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  return `#${NAME}=${toBase64Url(bytes)}`;
}

/** Whether a link's fragment holds a report. */
export const hasReport = (fragment: string): boolean => fragment.startsWith(`#${NAME}=`);

/** @throws UnmockedError `invalid-argument` if the fragment is damaged, too large or no report. */
export async function fromFragment(fragment: string): Promise<Report> {
  if (!hasReport(fragment)) throw damaged('It has no report.');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = fromBase64Url(fragment.slice(NAME.length + 2));
  } catch (cause) {
    throw damaged('It is cut off or has other characters than a link that this page made.', cause);
  }
  return readReport(await unpack(bytes));
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
    .getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      length += next.value.length;
      if (length > MAX_BYTES) break;
    }
  } catch (cause) {
    throw damaged('It is cut off.', cause);
  }
  if (length > MAX_BYTES) {
    void reader.cancel();
    throw damaged(`It unpacks to more than ${formatBytes(MAX_BYTES)}.`);
  }
  return new Blob(parts).text();
}

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );

const damaged = (what: string, cause?: unknown): UnmockedError =>
  new UnmockedError(
    'invalid-argument',
    `This link's report cannot be opened. ${what} Copy the whole link again, or open the JSON file.`,
    cause === undefined ? {} : { cause },
  );
