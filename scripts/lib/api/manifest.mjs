import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
// @ts-expect-error: its types leave these out
import { create, ts } from '@custom-elements-manifest/analyzer';
// @ts-expect-error: it has no types
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';
import { loadTables } from '../typescript.mjs';

/**
 * @typedef {object} Named
 * @property {string} name
 * @property {string} [description]
 *
 * @typedef {Named & { type?: { text: string }, default?: string }} Typed
 *
 * @typedef {Typed & {
 *   kind: 'field' | 'method',
 *   attribute?: string,
 *   privacy?: string,
 *   static?: boolean,
 *   readonly?: boolean,
 * }} Member
 *
 * @typedef {object} ElementApi A declaration of the manifest.
 * @property {string} name
 * @property {string} tagName
 * @property {string} [description]
 * @property {Member[]} members
 * @property {(Typed & { fieldName: string })[]} attributes
 * @property {Typed[]} events
 * @property {Named[]} slots
 * @property {Named[]} cssParts
 * @property {Typed[]} cssProperties
 */

/** The elements for embedders. The others are parts of the harness. */
const PUBLIC = ['unmocked-scenario', 'unmocked-harness'];
/** The module that defines all elements, in the package. */
const MODULE = 'dist/lib/elements.js';

/**
 * Reads what the public elements promise from their classes and comments. A member with
 * `@internal` is left out.
 *
 * @param {string} root
 */
export async function readElements(root) {
  const { settingAttributes } = await loadTables();
  const folder = 'src/components';
  // Not by its command line, which writes into package.json.
  const { modules } = create({
    modules: readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => {
        const source = readFileSync(path.join(root, folder, name), 'utf8');
        return ts.createSourceFile(`${folder}/${name}`, source, ts.ScriptTarget.ES2015, true);
      }),
    plugins: litPlugin(),
    context: {},
  });
  /** @type {ElementApi[]} */
  const classes = modules.flatMap(
    (/** @type {{ declarations?: ElementApi[] }} */ { declarations = [] }) => declarations,
  );
  return PUBLIC.map((tagName) => {
    const element = classes.find((one) => one.tagName === tagName);
    if (!element) throw new Error(`No class has the comment "@tagname ${tagName}"`);
    return publicPart(withSettings(element, settingsOf(root), settingAttributes));
  });
}

/**
 * The analyzer cannot know which attribute `@property(fromAttribute('apiUrl'))` is. The settings do.
 *
 * @param {string} root
 * @returns {Map<string, string>} the setting of each such property.
 */
function settingsOf(root) {
  const source = readFileSync(path.join(root, 'src/components/settings-element.ts'), 'utf8');
  const found = source.matchAll(/@property\(fromAttribute\('(\w+)'\)\)\s+get (\w+)\(/g);
  return new Map([...found].map(([, setting = '', property = '']) => [property, setting]));
}

/**
 * @param {ElementApi} element
 * @param {ReadonlyMap<string, string>} settings
 * @param {Readonly<Record<string, string | undefined>>} names
 * @returns {ElementApi}
 */
function withSettings(element, settings, names) {
  if (element.tagName !== 'unmocked-harness') return element;
  /** @param {string} field */
  const isSetting = (field) => settings.has(field);
  /** @param {string} field */
  const nameOf = (field) => names[settings.get(field) ?? ''];
  return {
    ...element,
    attributes: element.attributes.flatMap((one) => {
      if (!isSetting(one.fieldName)) return [one];
      const name = nameOf(one.fieldName);
      return name ? [{ ...one, name }] : [];
    }),
    members: element.members.map(({ attribute, ...member }) => {
      const name = isSetting(member.name) ? nameOf(member.name) : attribute;
      return name ? { ...member, attribute: name } : member;
    }),
  };
}

/**
 * @param {ElementApi} element
 * @returns {ElementApi}
 */
function publicPart({ members, attributes, events, slots, cssParts, cssProperties, ...element }) {
  const lists = { attributes, slots, cssParts, cssProperties };
  for (const [key, list] of Object.entries(lists))
    Object.assign(lists, { [key]: (list ?? []).map(described) });
  return {
    ...element,
    ...lists,
    // Elsewhere the analyzer guesses, from calls of dispatchEvent.
    events: events.filter(({ name = '' }) => name.startsWith('unmocked-')).map(described),
    members: members
      .filter((one) => !one.privacy && !one.static && !one.name.startsWith('#'))
      .map(described)
      // A getter of a function is a method for everybody.
      .map((one) => (one.type?.text.includes('=> Promise') ? { ...one, kind: 'method' } : one)),
  };
}

/**
 * A description on one line.
 *
 * @template {Named} T
 * @param {T} named
 */
const described = (named) => ({
  ...named,
  ...(named.description ? { description: named.description.replace(/\s+/g, ' ').trim() } : {}),
});

/**
 * The manifest for editors and other tools, in the form of the custom elements manifest, version 1.
 *
 * @param {readonly ElementApi[]} elements
 */
export const toManifest = (elements) => ({
  schemaVersion: '1.0.0',
  modules: [
    {
      kind: 'javascript-module',
      path: MODULE,
      declarations: elements,
      exports: elements.flatMap(({ name, tagName }) => [
        { kind: 'js', name, declaration: { name, module: MODULE } },
        { kind: 'custom-element-definition', name: tagName, declaration: { name, module: MODULE } },
      ]),
    },
  ],
});
