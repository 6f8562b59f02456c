import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { DIST, rawFile } from './package-files.js';
import type { UnmockedPluginOptions } from './plugin-options.js';
import { ISOLATION_HEADERS, sendFile } from './static-files.js';

export type { UnmockedPluginOptions };

/** What the plugin uses of a request, which is Koa's `Context`. */
interface Context {
  path: string;
  req: IncomingMessage;
  res: ServerResponse;
  respond?: boolean;
  set(headers: Record<string, string>): void;
}

/** A plugin of web-test-runner and of `@web/dev-server`. */
export interface DevServerPlugin {
  name: string;
  serverStart(server: {
    config: { rootDir: string; basePath?: string };
    app: { middleware: unknown[] };
  }): void;
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
    serverStart({ app, config: { rootDir, basePath = '' } }) {
      // First of all: a plugin's `serve` would come after those who change modules were told of it.
      app.middleware.unshift(async (ctx: Context, next: () => Promise<unknown>) => {
        if (isolation) ctx.set(ISOLATION_HEADERS);
        const file = rawFile(
          servedFile(
            ctx.path.startsWith(basePath) ? ctx.path.slice(basePath.length) : ctx.path,
            rootDir,
          ),
        );
        if (file === undefined) return next();
        ctx.respond = false;
        ctx.res.statusCode = 200;
        sendFile(ctx.req, ctx.res, DIST, file);
      });
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
