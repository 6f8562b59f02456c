/** @typedef {import('../../api/manifest.mjs').ElementApi} ElementApi */

/** Attributes that every element has. */
const GLOBAL = ['class', 'id', 'style', 'slot', 'hidden', 'lang', 'dir', 'title'];
const TAG = /<(unmocked-[\w-]+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/g;

/**
 * What is wrong with the elements in HTML: an unknown tag, attribute or scenario, or a tag that is not
 * closed.
 *
 * @param {string} html
 * @param {{ elements: readonly ElementApi[], scenarios: readonly string[] }} known
 */
export function elementProblems(html, { elements, scenarios }) {
  const tags = [...html.matchAll(TAG)];
  /** @type {string[]} */
  const problems = [];
  const opened = html.match(/<unmocked-/g)?.length ?? 0;
  const closed = html.match(/<\/unmocked-[\w-]+>/g)?.length ?? 0;
  if (opened !== tags.length) problems.push('a tag has attributes that cannot be read');
  if (opened !== closed) problems.push(`${opened} tags are opened, and ${closed} are closed`);
  for (const [, tag = '', attributes = ''] of tags) {
    const element = elements.find(({ tagName }) => tagName === tag);
    if (!element) {
      problems.push(`there is no element <${tag}>`);
      continue;
    }
    const names = element.attributes.map(({ name }) => name);
    for (const [, name = '', value = ''] of attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g)) {
      if (!names.includes(name) && !GLOBAL.includes(name))
        problems.push(`<${tag}> has no attribute "${name}"`);
      if (name === 'name' && !scenarios.includes(value))
        problems.push(`there is no scenario "${value}"`);
    }
  }
  return problems;
}

/** The module scripts in HTML. */
export const scriptsOf = (/** @type {string} */ html) =>
  [...html.matchAll(/<script type="module">\n([^]*?)<\/script>/g)].map(({ 1: code = '' }) => code);

/**
 * What is wrong with a style sheet for the elements: an unknown tag, custom property or part.
 *
 * @param {string} css
 * @param {{ elements: readonly ElementApi[], properties: ReadonlySet<string> }} known
 */
export function styleProblems(css, { elements, properties }) {
  const parts = elements.flatMap(({ cssParts }) => cssParts.map(({ name }) => name));
  const tags = elements.map(({ tagName }) => tagName);
  const wrong = (
    /** @type {RegExp} */ pattern,
    /** @type {(name: string) => boolean} */ isKnown,
    /** @type {string} */ what,
  ) =>
    [...css.matchAll(pattern)]
      .map(({ 1: name = '' }) => name)
      .filter((name) => !isKnown(name))
      .map((name) => `there is no ${what} ${name}`);
  return [
    ...wrong(/(?<![-\w])(unmocked-[\w-]+)/g, (name) => tags.includes(name), 'element'),
    ...wrong(/(--unmocked-[\w-]+)/g, (name) => properties.has(name), 'custom property'),
    ...wrong(/::part\(([\w-]+)\)/g, (name) => parts.includes(name), 'part'),
  ];
}
