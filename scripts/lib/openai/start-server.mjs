/** @typedef {import('../../../server/index.js').ServedModel} ServedModel */

/**
 * @typedef {object} OwnOptions
 * @property {number} [port] Default 0: any free port.
 * @property {string} [host] Default 127.0.0.1.
 * @property {readonly (string | ServedModel)[]} [models] References to load, and loaded models of
 *   another server. Loaded models outlive this server. Default: the bundled model.
 * @property {import('../../../src/models/model.js').Dtype} [dtype]
 * @property {number} [graceMs] See `ServeOptions` of server/serve.ts.
 */

/**
 * The code of the server, and where it finds things: of these sources, or of the package.
 *
 * @typedef {object} ServerParts
 * @property {typeof import('../../../server/index.js')} server
 * @property {string} defaultModel
 * @property {() => import('node:worker_threads').Worker} createWorker
 * @property {Omit<import('../../../server/index.js').LoadModelOptions, 'model' | 'dtype'>} folders
 */

/** @typedef {import('../../../server/index.js').HandlerOptions} HandlerOptions */
/** @typedef {OwnOptions & Partial<Omit<HandlerOptions, 'models' | 'closing'>>} ServerOptions */

/**
 * @typedef {object} RunningServer
 * @property {string} url Without a path.
 * @property {ServedModel[]} models
 * @property {() => Promise<void>} close Refuses new requests, and waits for those under way.
 */

/**
 * Loads models in a worker and serves them, with faults on request unless `faults` is false. No key
 * is required by default. An OpenAI client's base URL is `${url}/v1`.
 *
 * @param {ServerOptions | undefined} options
 * @param {ServerParts} parts
 * @returns {Promise<RunningServer>}
 * @throws {Error} if a model cannot be loaded, or the port is in use; with the remedy.
 */
export async function startServer(
  {
    port = 0,
    host = '127.0.0.1',
    models: references,
    dtype,
    graceMs,
    hosts = [],
    ...handlerOptions
  } = {},
  { server, defaultModel, createWorker, folders },
) {
  const { createHandler, ModelHost, serve } = server;
  const own = new ModelHost(createWorker);
  try {
    /** @type {ServedModel[]} */
    const models = [];
    for (const model of references ?? [defaultModel])
      models.push(typeof model === 'string' ? await own.load({ model, dtype, ...folders }) : model);
    const closing = new AbortController();
    const handler = createHandler({
      faults: true,
      ...handlerOptions,
      hosts: [host, ...hosts],
      models,
      closing: closing.signal,
    });
    const served = await serve(handler, { port, host, graceMs }).catch((error) => {
      throw cannotListen(error, host, port);
    });
    const close = async () => {
      closing.abort();
      await served.close();
      await own.close();
    };
    return { url: served.url, models, close };
  } catch (error) {
    await own.close();
    throw error;
  }
}

/**
 * @param {NodeJS.ErrnoException} cause
 * @param {string} host
 * @param {number} port
 */
function cannotListen(cause, host, port) {
  const message =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use: stop the program that uses it, ` +
        `or choose another port: --port ${port < 65_535 ? port + 1 : port - 1}, ` +
        'or 0 for any free one'
      : `Cannot listen on ${host}, port ${port} (${cause.code ?? cause.message}): ` +
        'choose another --host or --port';
  return new Error(message, { cause });
}
