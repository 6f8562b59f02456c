import { lateCode } from './late-code.js';

/** What an element needs that starts by itself. */
export const autoStartCode = lateCode(() => import('./auto-start.js'));
