import { lateCode } from './late-code.js';

/** What shows a result in full. It loads with the first run. */
export const detailsCode = lateCode(() => import('./scenario-details.js'));
