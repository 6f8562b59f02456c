import { serveCommand } from './lib/cli/serve.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { startOpenAiServer } from './lib/openai/server.mjs';
import { loadTables } from './lib/typescript.mjs';

/** `npm run serve:openai`: `npx unmocked serve` of these sources, on onnxruntime-node. */
await main(async () => {
  ensureInstalled();
  await serveCommand(process.argv.slice(2), {
    command: 'npm run serve:openai --',
    tables: await loadTables(),
    start: startOpenAiServer,
  });
});
