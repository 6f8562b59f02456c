import { flag, integer, list, oneOf, readCommandLine, string } from '../command-line.mjs';

const DEFAULT_PORT = 8080;
const DEFAULT_HOST = '127.0.0.1';

/**
 * Host and port of a URL on this machine. Other URLs are ignored: they do not say where to listen
 * here.
 *
 * @param {string | undefined} url
 */
function loopback(url) {
  if (!url || !URL.canParse(url)) return {};
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:' || !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return {};
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/**
 * The options of the server: the command line wins over the environment, and both win over the
 * defaults.
 *
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @param {object} context
 * @param {string} context.command As the user types it.
 * @param {typeof import('../tables.js')} context.tables
 * @throws {import('../command.mjs').UsageError}
 */
export function readServerOptions(args, environment, { command, tables }) {
  const { defaultDtype, defaultModel, dtypes, handlerDefaults, isOriginPattern } = tables;
  const { values } = readCommandLine(
    {
      command,
      options: {
        port: integer({
          min: 0,
          max: 65_535,
          help: 'port to listen on, 0 for any free one',
          otherwise: `the port of OPENAI_API_URL if that is on this machine, else ${DEFAULT_PORT}`,
        }),
        host: string({
          value: 'HOST',
          allowed: `an address, as in ${DEFAULT_HOST}`,
          help: 'address to listen on',
          otherwise: `the host of OPENAI_API_URL if that is on this machine, else ${DEFAULT_HOST}`,
        }),
        model: list(
          string({
            value: 'ID',
            variable: 'AF_LLM_MODEL',
            allowed: `the id of a model, as in ${defaultModel}`,
            help: 'registry id, hub id or folder',
            otherwise: defaultModel,
          }),
        ),
        dtype: oneOf(dtypes, { default: defaultDtype, help: 'precision of the weights' }),
        'api-key': string({
          value: 'KEY',
          variable: 'OPENAI_API_KEY',
          secret: true,
          allowed: 'a key; leave the option out to require none',
          help: 'key that clients must send',
          otherwise: 'none',
        }),
        cors: list(
          string({
            value: 'ORIGIN',
            allowed:
              'an origin, as in http://localhost:5173, https://*.example.com or ' +
              'chrome-extension://ID; null for files; or *',
            accepts: isOriginPattern,
            help: 'origin whose pages may use the server, or *',
            otherwise: 'pages on this machine',
          }),
        ),
        'allow-host': list(
          string({
            value: 'NAME',
            allowed: 'a host name without a port, as in models.example.com',
            accepts: (value) => /^[\w.-]+$/.test(value),
            help: 'host name under which clients may reach the server',
            otherwise: 'addresses, localhost and --host',
          }),
        ),
        'max-queue': integer({
          min: 0,
          max: 1_000_000,
          default: handlerDefaults.maxQueue,
          help: 'requests that may wait',
        }),
        'max-body': integer({
          value: 'BYTES',
          min: 1,
          max: 2 ** 30,
          default: handlerDefaults.maxBodyBytes,
          help: 'largest request body',
        }),
        'no-faults': flag({ help: 'turns off faults on request, under /fault:OPTIONS/' }),
      },
    },
    args,
    environment,
  );
  const { host, port } = loopback(environment.OPENAI_API_URL);
  return {
    port: values.port ?? port ?? DEFAULT_PORT,
    host: values.host ?? host ?? DEFAULT_HOST,
    models: values.model.length > 0 ? [...new Set(values.model)] : [defaultModel],
    dtype: values.dtype,
    apiKey: values['api-key'],
    origins: values.cors,
    hosts: values['allow-host'],
    maxQueue: values['max-queue'],
    maxBodyBytes: values['max-body'],
    faults: !values['no-faults'],
  };
}
