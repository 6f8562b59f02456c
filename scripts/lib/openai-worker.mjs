// A worker starts with JavaScript: this loads the TypeScript that computes for `ModelHost` of server/model-host.ts.
import { loadServer } from './openai-server.mjs';

await loadServer('model-worker.ts');
