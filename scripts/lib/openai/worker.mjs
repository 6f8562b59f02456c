// The entry of the server's worker. A worker starts with JavaScript; this loads the TypeScript that computes.
import { importTypeScript } from '../typescript.mjs';

await importTypeScript('server/model-worker.ts');
