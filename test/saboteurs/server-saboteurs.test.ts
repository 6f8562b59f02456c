import { serverSaboteurs } from './server-saboteurs.js';
import { areCaught, shareOneEngine } from './hunt.js';

describe('server saboteurs', () => {
  shareOneEngine();
  areCaught(serverSaboteurs);
});
