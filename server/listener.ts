import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Handler } from './handler.js';

/** A handler as a request listener of Node. A client that leaves aborts its request's signal. */
export function toListener(handler: Handler): RequestListener {
  const listener = getRequestListener(
    (request, env) => {
      const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse };
      let destroyed = false;
      const destroy = () => {
        destroyed = true;
        outgoing.destroy();
      };
      const finished = new Promise<boolean>((resolve) =>
        outgoing.once('close', () => resolve(outgoing.writableFinished && !destroyed)),
      );
      return handler(request, { remoteAddress: incoming.socket.remoteAddress, destroy, finished });
    },
    // Other code in this process needs the platform's own Request and Response.
    { overrideGlobalObjects: false },
  );
  return (incoming, outgoing) => void listener(incoming, outgoing);
}
