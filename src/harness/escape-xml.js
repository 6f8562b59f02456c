// JavaScript, because `npm test` needs it before anything is installed.

/** What XML 1.0 cannot hold, not even escaped. A model can produce it. */
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const TERMINAL_COLOR = /\u001B\[[0-9;]*m/g;

/**
 * Escapes a string for XML text and attributes. Terminal colors are removed; characters that XML
 * cannot hold become U+FFFD.
 *
 * @param {string} text
 * @returns {string}
 */
export const escapeXml = (text) =>
  text
    .toWellFormed()
    .replace(TERMINAL_COLOR, '')
    .replace(CONTROL, '\uFFFD')
    // Line breaks too: in an attribute, a parser reads a plain one as a space.
    .replace(/[<>&"'\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
