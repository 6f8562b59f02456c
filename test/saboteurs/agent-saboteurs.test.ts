import { agentSaboteurs } from './agent-saboteurs.js';
import { areCaught, shareOneEngine } from './hunt.js';

describe('agent saboteurs', () => {
  shareOneEngine();
  areCaught(agentSaboteurs);
});
