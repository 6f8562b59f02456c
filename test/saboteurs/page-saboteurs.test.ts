import { pageSaboteurs } from './page-saboteurs.js';
import { areCaught } from './hunt.js';

describe('page saboteurs', () => areCaught(pageSaboteurs));
