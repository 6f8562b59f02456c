import { agentSaboteurs } from './agent-saboteurs.js';
import { pageSaboteurs } from './page-saboteurs.js';
import { serverSaboteurs } from './server-saboteurs.js';

export { cannedSubject } from './canned.js';
export const saboteurs = [...pageSaboteurs, ...agentSaboteurs, ...serverSaboteurs];
