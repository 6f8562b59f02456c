import { createServer, request as ask } from 'node:http';

/**
 * @typedef {object} Recorded
 * @property {string} method
 * @property {string} url
 * @property {string} origin
 * @property {string} headers As JSON.
 * @property {string} body
 */

/**
 * A proxy through which a browser makes each of its requests, whoever makes it: page, worker, thread.
 * It records them all. HTTPS is recorded and refused.
 *
 * @param {{ headersFor?: (url: URL) => Record<string, string> }} [options] `headersFor`: headers that an
 *   answer gets.
 */
export async function startRecordingProxy({ headersFor = () => ({}) } = {}) {
  /** @type {Recorded[]} */
  const requests = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://not-a-proxy-request.invalid');
    const { method = '', headers } = request;
    /** @type {Recorded} */
    const record = {
      method,
      url: url.href,
      origin: url.origin,
      headers: JSON.stringify(headers),
      body: '',
    };
    requests.push(record);
    const upstream = ask(url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...headersFor(url) });
      answer.pipe(response);
      // A pipe does not pass on that an answer was cut.
      answer.on('close', () => answer.complete || response.destroy());
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.on('data', (chunk) => (record.body += chunk));
    request.pipe(upstream);
  });
  server.on('connect', (request, socket) => {
    const url = `https://${request.url}`;
    requests.push({ method: 'CONNECT', url, origin: url, headers: '', body: '' });
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    /** For Playwright: also what goes to this machine. */
    proxy: { server: `http://127.0.0.1:${port}`, bypass: '<-loopback>' },
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
