/** The model of this page behind OpenAI's API: any client of that API can use it. */
export { assets } from '../engine/assets.js';
export { EnginePool, type EnginePoolOptions } from '../engine/engine-pool.js';
export { serveInPage, type ServedInPage, type ServeInPageOptions } from './serve-in-page.js';
