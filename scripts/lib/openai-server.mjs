import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { ROOT, UsageError } from './install.mjs';

const DTYPES = ['fp32', 'fp16', 'q8', 'q4', 'q4f16'];
const DEFAULTS = {
  port: 8080,
  host: '127.0.0.1',
  model: 'unmocked-tiny',
  dtype: 'q8',
  maxQueue: 64,
  maxBody: 1 << 20,
};

export const USAGE = `usage: npm run serve:openai -- [options]
  --port N               port to listen on, 0 for any free one (${DEFAULTS.port}, or that of OPENAI_API_URL where it is on this machine)
  --host HOST            address to listen on (${DEFAULTS.host})
  --model ID             registry id, hub id or folder; more than once for several (${DEFAULTS.model}, or AF_LLM_MODEL)
  --dtype ${DTYPES.join('|')}   (${DEFAULTS.dtype})
  --api-key KEY          key that clients must send (none, or OPENAI_API_KEY)
  --cors ORIGIN          origin whose pages may use the server, or *; more than once for several (pages on this machine)
  --max-queue N          requests that may wait (${DEFAULTS.maxQueue})
  --max-body BYTES       largest request body (${DEFAULTS.maxBody})
  --no-faults            no misbehaviour on request, under /fault:OPTIONS/`;

function refuse(message) {
  throw new UsageError(`${message}\n${USAGE}`);
}

function wholeNumber(name, text, min, max) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max)
    refuse(`${name} is "${text}", but has to be a whole number from ${min} to ${max}`);
  return number;
}

/** Host and port of a URL where it is this machine's: then it says where to listen, else where some other server is. */
function loopback(text) {
  if (!text || !URL.canParse(text)) return {};
  const { protocol, hostname, port } = new URL(text);
  if (protocol !== 'http:' || !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return {};
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/** The command line of `npm run serve:openai`, then the environment, then defaults; a {@link UsageError} that names what is wrong. */
export function readOptions(args, env = {}) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        model: { type: 'string', multiple: true },
        dtype: { type: 'string', default: DEFAULTS.dtype },
        'api-key': { type: 'string' },
        cors: { type: 'string', multiple: true, default: [] },
        'max-queue': { type: 'string', default: String(DEFAULTS.maxQueue) },
        'max-body': { type: 'string', default: String(DEFAULTS.maxBody) },
        'no-faults': { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    refuse(error.message.split('. ')[0]);
  }
  if (!DTYPES.includes(values.dtype))
    refuse(`--dtype is "${values.dtype}", but has to be one of ${DTYPES.join(', ')}`);
  if (values['api-key'] === '')
    refuse('--api-key is empty, but has to be a key; leave the option out for none');
  if (values.host === '') refuse('--host is empty, but has to be an address, as in 127.0.0.1');
  if (values.model?.includes(''))
    refuse('--model is empty, but has to be the id of a model, as in unmocked-tiny');
  for (const origin of values.cors) {
    if (origin !== '*' && !(URL.canParse(origin) && new URL(origin).origin === origin))
      refuse(`--cors is "${origin}", but has to be an origin, as in http://localhost:5173, or *`);
  }
  const url = loopback(env.OPENAI_API_URL);
  return {
    port:
      values.port === undefined
        ? (url.port ?? DEFAULTS.port)
        : wholeNumber('--port', values.port, 0, 65535),
    host: values.host ?? url.host ?? DEFAULTS.host,
    models: [...new Set(values.model ?? [env.AF_LLM_MODEL || DEFAULTS.model])],
    dtype: values.dtype,
    apiKey: values['api-key'] ?? (env.OPENAI_API_KEY || undefined),
    origins: values.cors,
    maxQueue: wholeNumber('--max-queue', values['max-queue'], 0, 1_000_000),
    maxBodyBytes: wholeNumber('--max-body', values['max-body'], 1, 2 ** 30),
    faults: !values['no-faults'],
  };
}

const loading = new Map();

/** A module of server/. Node 20 cannot read TypeScript, so Vite does, in memory; packages are left to Node, so that transformers.js is its Node build. */
export function loadServer(file = 'index.ts') {
  const load = async () => {
    const { runnerImport } = await import('vite');
    const { module } = await runnerImport(path.join(ROOT, 'server', file), {
      root: ROOT,
      configFile: false,
      logLevel: 'error',
    });
    return module;
  };
  if (!loading.has(file)) loading.set(file, load());
  return loading.get(file);
}

export const createModelWorker = () => new Worker(new URL('./openai-worker.mjs', import.meta.url));

/**
 * Loads the models in a worker and serves them: `{ url, models, close }`. `url` has no path: an OpenAI client's base URL is `${url}/v1`.
 * Options are those of {@link readOptions}, and each has its default here too, except that the port is any free one and that no key is
 * required. `models` may hold loaded ones too, of another server for instance; those outlive this server.
 */
export async function startOpenAiServer({
  port = 0,
  host = DEFAULTS.host,
  models: references = [DEFAULTS.model],
  dtype = DEFAULTS.dtype,
  faults = true,
  graceMs,
  ...handlerOptions
} = {}) {
  const { createHandler, ModelHost, serve } = await loadServer();
  const own = new ModelHost(createModelWorker);
  try {
    const models = [];
    for (const model of references)
      models.push(typeof model === 'string' ? await own.load({ model, dtype, root: ROOT }) : model);
    const closing = new AbortController();
    const handler = createHandler({ ...handlerOptions, models, faults, closing: closing.signal });
    const served = await serve(handler, { port, host, graceMs }).catch((error) => {
      if (error.code === 'EADDRINUSE')
        throw new Error(
          `Port ${port} on ${host} is in use: stop what uses it, or choose another one: --port ${port < 65535 ? port + 1 : port - 1}, or 0 for any free one`,
          { cause: error },
        );
      throw new Error(
        `Cannot listen on ${host}, port ${port} (${error.code ?? error.message}): choose another --host or --port`,
        { cause: error },
      );
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
