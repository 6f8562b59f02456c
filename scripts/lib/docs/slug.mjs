const COMBINING = /[\u0300-\u036f]/g;
const CONTROL = /[\u0000-\u001f]/g;
const SPECIAL = /[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g;

/**
 * The anchor of a heading, without the suffix of a second heading with the same text. The site and
 * the spec of its links share this function, which gives what VitePress gives by default.
 *
 * @param {string} heading
 */
export const slug = (heading) =>
  heading
    .normalize('NFKD')
    .replace(COMBINING, '')
    .replace(CONTROL, '')
    .replace(SPECIAL, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
