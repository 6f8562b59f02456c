/** @typedef {import('./manifest.mjs').ElementApi} ElementApi */
/** @typedef {import('./manifest.mjs').Typed} Typed */

const MARKS = /(<!-- api ([\w-]+) -->\n)[^]*?(<!-- end -->)/g;

/**
 * Writes the tables of elements between their marks: `<!-- api TAG -->` and `<!-- end -->`.
 *
 * @param {string} text Markdown.
 * @param {readonly ElementApi[]} elements
 */
export function fillTables(text, elements) {
  return text.replace(MARKS, (_, start, tag, end) => {
    const element = elements.find(({ tagName }) => tagName === tag);
    if (!element) throw new Error(`No element has the tag name "${tag}"`);
    return `${start}\n${tablesOf(element)}\n${end}`;
  });
}

/** @param {ElementApi} element */
function tablesOf({ members, attributes, events, slots, cssParts, cssProperties }) {
  const fields = members.filter(({ kind }) => kind === 'field');
  return [
    table('attribute', attributes, (one) =>
      one.fieldName === one.name
        ? code(one.name)
        : `${code(one.name)} (property \`${one.fieldName}\`)`,
    ),
    table(
      'property without attribute',
      fields.filter(({ attribute }) => !attribute),
    ),
    table(
      'method',
      members.filter(({ kind }) => kind === 'method'),
      ({ name }) => `\`${name}()\``,
    ),
    table('event', events),
    table('slot', slots, ({ name }) => (name ? code(name) : '(default)')),
    table('custom property', cssProperties),
    `Parts for \`::part()\`: ${cssParts.map(({ name }) => code(name)).join(', ')}.\n`,
  ]
    .filter(Boolean)
    .join('\n');
}

const code = (/** @type {string} */ text) => `\`${text}\``;

/**
 * @template {Typed} T
 * @param {string} kind
 * @param {readonly T[]} rows
 * @param {(row: T) => string} [label]
 */
function table(kind, rows, label = ({ name }) => code(name)) {
  if (rows.length === 0) return '';
  const hasDefaults = rows.some((row) => row.default);
  /** @param {T} row */
  const cells = (row) => [
    label(row),
    ...(hasDefaults ? [row.default && row.default !== "''" ? code(row.default) : ''] : []),
    row.description ?? '',
  ];
  return [
    [kind, ...(hasDefaults ? ['default'] : []), 'what'],
    hasDefaults ? ['---', '---', '---'] : ['---', '---'],
    ...rows.map(cells),
  ]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
}
