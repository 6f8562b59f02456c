import { lateCode } from './late-code.js';

/** What a `prompt` needs. A scenario does not. */
export const demoCode = lateCode(() => import('./prompt-demo.js'));
