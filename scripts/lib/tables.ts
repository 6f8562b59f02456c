/**
 * What the scripts share with src/ and server/: names, allowed values and defaults. Nothing here is
 * a copy. The scripts load this file with `loadTables()` of typescript.mjs.
 */
import { handlerDefaults } from '../../server/handler.js';
import { defaultDtype } from '../../server/load-model-options.js';
import { isOriginPattern } from '../../server/origins.js';
import { toJUnit } from '../../src/harness/junit.js';
import { summarize } from '../../src/harness/summarize.js';
import { toMarkdown } from '../../src/reports/markdown.js';
import { readReport } from '../../src/reports/read-report.js';
import { pageDevices } from '../../src/engine/ladder.js';
import { ortFiles } from '../../src/engine/ort-files.js';
import { dtypes } from '../../src/models/model.js';
import { environmentNames } from '../../src/settings/environment.js';
import { definitions } from '../../src/settings/definitions.js';

export {
  defaultDtype,
  dtypes,
  environmentNames,
  handlerDefaults,
  isOriginPattern,
  ortFiles,
  pageDevices,
  readReport,
  summarize,
  toJUnit,
  toMarkdown,
};
export const defaultModel = definitions.model.default;
/** The attribute of each setting that has one, by the name of the setting. */
export const settingAttributes: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(definitions).map(([name, { attribute }]) => [name, attribute]),
);
