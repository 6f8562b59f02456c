/**
 * The bundled model behind the Prompt API: what an app builds on `LanguageModel` can be tested in
 * any browser.
 */
export type { HostOptions } from './host.js';
export { install } from './install.js';
export { LanguageModel } from './language-model.js';
export type * from './types.js';
