import { lateCode } from './late-code.js';

/** What a single `<unmocked-scenario>` shows. A harness does not need it. */
export const boxCode = lateCode(() => import('./scenario-box.js'));
