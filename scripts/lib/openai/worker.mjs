// The entry of the server's worker. Node 20 cannot start a worker from TypeScript, so this file
// loads the TypeScript that computes.
import { importTypeScript } from '../typescript.mjs';

await importTypeScript('server/model-worker.ts');
