import { entryOf } from '../models/models.mjs';
import { openPage } from './open-page.mjs';
import { FIRST } from './questions.mjs';

/**
 * Opens the page of each side for one model.
 *
 * @param {object} options
 * @param {import('./open-page.mjs').Launch} options.launch
 * @param {{ url: string, hubUrl: string }} options.site
 * @param {import('../models/models.mjs').BenchModel} options.model
 * @param {import('./side.js').Order['device']} options.device
 */
export function sidePages({ launch, site, model, device }) {
  /** @type {import('./side.js').Order} */
  const order = {
    model: entryOf(model),
    ...(model.repository ? { hubUrl: site.hubUrl } : {}),
    device,
    question: FIRST,
  };
  const address = (/** @type {string} */ name, /** @type {import('./side.js').Order} */ asked) =>
    `${site.url}${name}.html?${new URLSearchParams({ order: JSON.stringify(asked) })}`;
  return {
    /** @type {() => Promise<import('./open-page.mjs').OpenPage<import('./side.js').OurSide>>} */
    ours: () => openPage(launch, address('ours', order)),
    /**
     * @type {(
     *   weights: import('./side.js').Order['weights'],
     * ) => Promise<import('./open-page.mjs').OpenPage<import('./side.js').Side>>}
     */
    raw: (weights) => openPage(launch, address('raw', { ...order, weights })),
    /** @type {() => Promise<import('./open-page.mjs').OpenPage<import('../profile/span.js').ProfiledSide>>} */
    profile: () => openPage(launch, address('profile', order)),
  };
}
/** @typedef {ReturnType<typeof sidePages>} SidePages */
