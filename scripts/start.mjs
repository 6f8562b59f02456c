import { ensureInstalled, main, ROOT, UsageError } from './lib/install.mjs';

const DEFAULT_PORT = 5173;

function readPort(text) {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw new UsageError(
      `PORT is "${text}", but has to be a whole number from 1 to 65535, as in: PORT=${DEFAULT_PORT + 1} npm start`,
    );
  }
  return port;
}

/** `npm start`: serves the page for as long as the process lives. */
await main(async () => {
  const port = readPort(process.env.PORT);
  ensureInstalled();
  const { createServer } = await import('vite');
  const server = await createServer({ root: ROOT, server: { port, strictPort: true } });
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    if (!/already in use|EADDRINUSE/.test(error.message)) throw error;
    const other = port < 65535 ? port + 1 : port - 1;
    throw new Error(
      `Port ${port} is in use: stop what uses it, or choose another one: PORT=${other} npm start`,
      { cause: error },
    );
  }
  console.log(`Unmocked is at ${server.resolvedUrls.local[0]} (Ctrl+C stops it)`);
});
