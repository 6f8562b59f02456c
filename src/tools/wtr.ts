import type { RequestListener } from 'node:http';
import type { Server } from 'node:net';
import path from 'node:path';
import { DIST, rawFile } from './package-files.js';
import type { UnmockedPluginOptions } from './plugin-options.js';
import { ISOLATION_HEADERS, sendFile } from './static-files.js';

export type { UnmockedPluginOptions };

/** A plugin of web-test-runner and of `@web/dev-server`. */
export interface DevServerPlugin {
  name: string;
  /** `server`: a `Server` of `node:net`, whose types are not needed this way. */
  serverStart(started: { config: { rootDir: string; basePath?: string }; server?: object }): void;
}

/** How the dev server names folders outside of its root: by the number of steps up. */
const OUTSIDE = /^\/__wds-outside-root__\/(\d+)\//;

/**
 * The package's files in web-test-runner and `@web/dev-server`: models, ONNX Runtime and the engine's
 * worker are sent as they are, and what is missing is a 404.
 *
 * @example
 * import { unmocked } from 'unmocked/wtr';
 * export default { nodeResolve: true, plugins: [unmocked()] };
 */
export function unmocked({ isolation = true }: UnmockedPluginOptions = {}): DevServerPlugin {
  return {
    name: 'unmocked',
    serverStart({ server: given, config: { rootDir, basePath = '' } }) {
      const server = given as Server | undefined;
      if (!server) throw new Error('unmocked/wtr needs a server, so it has no middleware mode.');
      // Before the dev server itself: what a plugin serves is still changed by the other plugins.
      const listeners = server.listeners('request') as RequestListener[];
      server.removeAllListeners('request');
      const base = basePath.replace(/\/$/, '');
      const answer: RequestListener = (req, res) => {
        if (isolation)
          for (const [name, value] of Object.entries(ISOLATION_HEADERS)) res.setHeader(name, value);
        const pathname = (req.url ?? '/').replace(/[?#].*$/s, '');
        // Outside of the base path, the dev server has the same files.
        const own = pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
        const file = rawFile(servedFile(own, rootDir));
        if (file !== undefined) sendFile(req, res, DIST, file);
        else for (const listener of listeners) listener(req, res);
      };
      server.on('request', answer);
    },
  };
}

/** The file that the dev server has at a path, as an encoded path with slashes. */
function servedFile(pathname: string, rootDir: string): string {
  const [prefix, up] = OUTSIDE.exec(pathname) ?? ['/', 0];
  const folder = path
    .resolve(rootDir, '../'.repeat(Number(up)))
    .split(path.sep)
    .join('/');
  return `${encodeURI(folder)}/${pathname.slice(prefix.length)}`;
}
