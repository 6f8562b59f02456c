import { serverSaboteurs } from './server-saboteurs.js';
import { areCaught } from './hunt.js';

describe('server saboteurs', () => areCaught(serverSaboteurs));
