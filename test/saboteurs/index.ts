import { pageSaboteurs } from './page-saboteurs.js';
import { serverSaboteurs } from './server-saboteurs.js';

export { cannedSystem } from './canned.js';
export const saboteurs = [...pageSaboteurs, ...serverSaboteurs];
