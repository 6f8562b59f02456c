import { code, table } from '../docs/table.mjs';

/** @typedef {import('./manifest.mjs').ElementApi} ElementApi */
/** @typedef {import('./manifest.mjs').Typed} Typed */

/**
 * The tables of an element's API, in Markdown.
 *
 * @param {ElementApi} element
 */
export function tablesOf({ members, attributes, events, slots, cssParts, cssProperties }) {
  const fields = members.filter(({ kind }) => kind === 'field');
  return [
    listed('attribute', attributes, (one) =>
      one.fieldName === one.name
        ? code(one.name)
        : `${code(one.name)} (property \`${one.fieldName}\`)`,
    ),
    listed(
      'property without attribute',
      fields.filter(({ attribute }) => !attribute),
    ),
    listed(
      'method',
      members.filter(({ kind }) => kind === 'method'),
      ({ name }) => `\`${name}()\``,
    ),
    listed('event', events),
    listed('slot', slots, ({ name }) => (name ? code(name) : '(default)')),
    listed('custom property', cssProperties),
    `Parts for \`::part()\`: ${cssParts.map(({ name }) => code(name)).join(', ')}.\n`,
  ]
    .filter(Boolean)
    .join('\n');
}

/**
 * @template {Typed} T
 * @param {string} kind
 * @param {readonly T[]} rows
 * @param {(row: T) => string} [label]
 */
function listed(kind, rows, label = ({ name }) => code(name)) {
  if (rows.length === 0) return '';
  const hasDefaults = rows.some((row) => row.default);
  return table(
    [kind, ...(hasDefaults ? ['default'] : []), 'what'],
    rows.map((row) => [
      label(row),
      ...(hasDefaults ? [row.default && row.default !== "''" ? code(row.default) : ''] : []),
      row.description ?? '',
    ]),
  );
}
