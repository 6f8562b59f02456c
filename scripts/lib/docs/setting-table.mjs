import { code, table } from './table.mjs';

/** @typedef {import('../../../src/settings/settings.js').SettingName} SettingName */
/** @typedef {import('../../../src/settings/definitions.js').Definition<unknown>} Definition */

/**
 * Every setting: its keys in config.toml, what it does, its default, and where else it can be set.
 *
 * @param {Readonly<Record<SettingName, unknown>>} definitions
 * @param {readonly SettingName[]} names
 */
export const settingTable = (definitions, names) =>
  table(
    ['setting', 'what', 'default', 'also set by'],
    names.map((name) => rowOf(/** @type {Definition} */ (definitions[name]))),
  );

/** @param {Definition} definition */
const rowOf = (definition) => {
  const { toml, help, allowed, parameter, attribute, environment, secret } = definition;
  const keys = [toml.key, ...(toml.aliases ?? [])].map(code).join(' or ');
  const synonyms = Object.entries(toml.synonyms ?? {}).map(
    ([from, to]) => `${code(from)} means ${code(String(to))}`,
  );
  const others = [
    parameter && `the address: ${code(`${parameter}=`)}`,
    attribute && `the attribute ${code(attribute)}`,
    secret && 'the property `apiKey`',
    environment && `the variable ${code(environment)}`,
  ].filter(Boolean);
  return [
    keys,
    [
      help,
      `Allowed: ${allowed}.`,
      ...(synonyms.length > 0 ? [`In other frameworks' files, ${synonyms.join(', ')}.`] : []),
    ].join(' '),
    describe(definition.default),
    others.join(', '),
  ];
};

/** @param {unknown} value */
function describe(value) {
  const isEmpty =
    value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return isEmpty ? 'none' : code(String(value));
}
