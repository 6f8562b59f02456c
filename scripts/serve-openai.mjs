import { main } from './lib/command.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { readServerOptions } from './lib/openai/options.mjs';
import { startOpenAiServer } from './lib/openai/server.mjs';

/** `npm run serve:openai`: an OpenAI-compatible server on a local model, until Ctrl+C. */
await main(async () => {
  ensureInstalled();
  const options = await readServerOptions(process.argv.slice(2), process.env);
  const { url, models, close } = await startOpenAiServer(options);
  console.log(`OpenAI-compatible server at ${url}/v1 (Ctrl+C stops it)`);
  for (const { id, dtype, contextWindow } of models)
    console.log(`  model ${id}, ${dtype}, ${contextWindow} tokens of context`);
  if (options.apiKey) console.log('  clients must send the API key');
  console.log(
    `Use it with: OPENAI_API_URL=${url}/v1 ` +
      `AF_LLM_MODEL=${models[0]?.id}${options.apiKey ? ' OPENAI_API_KEY=…' : ''}`,
  );
  if (options.faults)
    console.log(`Faults on request: ${url}/fault:OPTIONS/v1; ${url}/faults lists the options`);
  if (!/^(localhost|127\.|::1$)/.test(options.host) && !options.apiKey)
    console.log('Anyone who can reach this address can use it: --api-key KEY requires a key.');

  const stop = () => {
    process.once('SIGINT', () => process.exit(130)); // a second Ctrl+C does not wait
    void close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
});
