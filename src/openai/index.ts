/** The model of this page behind OpenAI's API: any client that takes a `fetch` can use it. */
export { serveInPage, type ServedInPage, type ServeInPageOptions } from './serve-in-page.js';
