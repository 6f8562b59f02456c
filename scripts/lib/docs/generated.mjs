import { readElements } from '../api/manifest.mjs';
import { tablesOf } from '../api/tables.mjs';
import { importTypeScript } from '../typescript.mjs';
import { faultGroups } from '../../../test/faults/table.mjs';
import { faultTable } from './fault-table.mjs';
import { modelTable } from './model-table.mjs';
import { scenarioTable } from './scenario-table.mjs';
import { settingTable } from './setting-table.mjs';

/** The pages with generated parts, in docs/. */
export const GENERATED = [
  'configuration.md',
  'embed.md',
  'models.md',
  'reliability.md',
  'scenarios.md',
];

const MARKS = /(<!-- (api [\w-]+|faults|models|scenarios|settings) -->\n)[^]*?(<!-- end -->)/g;

/**
 * What the generated parts say, by their names: `faults`, `settings`, `models`, `scenarios`, and `api TAG` for
 * each public element.
 *
 * @param {string} root
 * @returns {Promise<Map<string, string>>}
 */
export async function readParts(root) {
  const [elements, settings, registry, catalogue] = await Promise.all([
    readElements(root),
    /** @type {Promise<typeof import('../../../src/settings/definitions.js')>} */ (
      importTypeScript('src/settings/definitions.ts')
    ),
    /** @type {Promise<typeof import('../../../src/models/registry.js')>} */ (
      importTypeScript('src/models/registry.ts')
    ),
    /** @type {Promise<typeof import('../../../src/scenarios/index.js')>} */ (
      importTypeScript('src/scenarios/index.ts')
    ),
  ]);
  return new Map([
    ['faults', faultTable(faultGroups)],
    ['settings', settingTable(settings.definitions, settings.settingNames)],
    ['models', modelTable(registry.models)],
    ['scenarios', scenarioTable(catalogue.scenarios)],
    ...elements.map((one) => /** @type {const} */ ([`api ${one.tagName}`, tablesOf(one)])),
  ]);
}

/**
 * Writes the generated parts of a page between their marks: `<!-- settings -->` and `<!-- end -->`.
 *
 * @param {string} text Markdown.
 * @param {ReadonlyMap<string, string>} parts
 */
export const fillParts = (text, parts) =>
  text.replace(MARKS, (_, start, name, end) => {
    const part = parts.get(name);
    if (part === undefined) throw new Error(`There is no generated part "${name}"`);
    return `${start}\n${part}\n${end}`;
  });
