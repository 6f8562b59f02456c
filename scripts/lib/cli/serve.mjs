import { readServerOptions } from '../openai/options.mjs';

/**
 * @typedef {object} ServeContext
 * @property {string} command As the user types it.
 * @property {typeof import('../tables.js')} tables
 * @property {(
 *   options: import('../openai/start-server.mjs').ServerOptions,
 * ) => Promise<import('../openai/start-server.mjs').RunningServer>} start
 */

/**
 * Serves a local model over OpenAI's API, until Ctrl+C.
 *
 * @param {readonly string[]} args
 * @param {ServeContext} context
 */
export async function serveCommand(args, { command, tables, start }) {
  const options = readServerOptions(args, process.env, { command, tables });
  const { url, models, close } = await start(options);
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
}
