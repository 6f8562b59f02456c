import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Handler } from './handler.js';
import { toListener } from './listener.js';

export interface ServeOptions {
  port: number;
  host: string;
  /** How long running answers may take once the server closes. Milliseconds. Default: 3000. */
  graceMs?: number;
}

export interface Served {
  /** For instance `http://127.0.0.1:8080`. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves a handler over HTTP. A client that leaves aborts its request's signal.
 *
 * @throws Node's own error if it cannot listen on the port.
 */
export async function serve(
  handler: Handler,
  { port, host, graceMs = 3000 }: ServeOptions,
): Promise<Served> {
  const server = createServer(toListener(handler));
  await new Promise<void>(
    (resolve, reject) => void server.once('error', reject).listen(port, host, resolve),
  );
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () => close(server, graceMs),
  };
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = setTimeout(() => server.closeAllConnections(), graceMs);
    // Node closes connections that are idle now. Later ones would stay open for their keep-alive
    // time.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearTimeout(end);
      clearInterval(sweep);
      resolve();
    });
  });
}
