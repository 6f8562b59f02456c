import { integer, readCommandLine } from './lib/command-line.mjs';
import { main, toError } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';

/** `npm start`: serves the page, and OpenAI's API beside it, until Ctrl+C. */
await main(async () => {
  const { values } = readCommandLine(
    {
      command: 'npm start --',
      options: {
        port: integer({
          min: 1,
          max: 65_535,
          default: 5173,
          variable: 'PORT',
          help: 'port to listen on',
        }),
      },
    },
    process.argv.slice(2),
    process.env,
  );
  const { port } = values;
  ensureInstalled();
  const { createServer } = await import('vite');
  const { openAiApi } = await import('./lib/openai/vite-api.mjs');
  const server = await createServer({
    root: ROOT,
    server: { port, strictPort: true },
    plugins: [openAiApi()],
  });
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    if (!/already in use|EADDRINUSE/.test(toError(error).message)) throw error;
    const other = port < 65_535 ? port + 1 : port - 1;
    throw new Error(
      `Port ${port} is in use: stop the program that uses it, or choose another port: ` +
        `PORT=${other} npm start`,
      { cause: error },
    );
  }
  const url = server.resolvedUrls?.local[0];
  console.log(`Unmocked is at ${url} (Ctrl+C stops it)`);
  console.log(`OpenAI-compatible API at ${url}v1, on the bundled model`);
});
