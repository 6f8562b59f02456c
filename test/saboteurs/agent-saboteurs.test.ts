import { agentSaboteurs } from './agent-saboteurs.js';
import { areCaught } from './hunt.js';

describe('agent saboteurs', () => areCaught(agentSaboteurs));
