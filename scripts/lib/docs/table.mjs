/** @param {string} text */
export const code = (text) => `\`${text}\``;

/**
 * A table in Markdown, with a line break at its end. Cells may contain `|`.
 *
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
