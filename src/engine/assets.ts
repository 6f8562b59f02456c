import { UnmockedError } from '../errors.js';
import { ownFiles, ownFolder } from './own-files.js';

let base: string | undefined;

/**
 * Where the files are that belong to this code: `models/` (the bundled models) and `ort/` (ONNX
 * Runtime). Nothing comes from a CDN that nobody named.
 */
export const assets = {
  /**
   * The URL of the folder that has `models/` and `ort/`, with a trailing slash. It may be relative,
   * also `/files/`: it then counts from the document. Set it before the first load. An empty string
   * brings the default back, which is where this module lies; for the project's own page, the page's
   * folder.
   *
   * @throws UnmockedError `invalid-argument` if it is not an http(s) URL.
   */
  get base(): string {
    return base ?? ownFolder();
  },
  set base(url: string) {
    base = url === '' || url == null ? undefined : folderUrl(url);
  },

  /**
   * The absolute URL of one of these files.
   *
   * @param path for instance `models/unmocked-tiny/config.json`.
   */
  url(path: string): string {
    return base === undefined && ownFiles[path]
      ? ownFiles[path]()
      : new URL(path, assets.base).href;
  },
};

/** @returns an absolute URL that ends with a slash. A page of an extension may name its own scheme. */
function folderUrl(text: string): string {
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  const url = URL.canParse(text, page) ? new URL(text, page) : undefined;
  const isFile = url && (/^https?:$/.test(url.protocol) || page?.startsWith(url.protocol));
  if (!isFile || url.username || url.password) {
    const shown = JSON.stringify(text).replace(/\/\/[^/\s]*@/, '//…@');
    throw new UnmockedError('invalid-argument', `assets.base is ${shown}. ${RULE}`);
  }
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}

const RULE =
  'Allowed: an http(s) URL without a password, such as "https://cdn.example/unmocked/dist/", or ' +
  'one that is relative to the document, such as "/unmocked/". `models/` and `ort/` are below it.';
