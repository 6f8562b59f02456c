import { existsSync, statSync } from 'node:fs';
import { parseShard } from '../cli/shard.mjs';
import { flag, integer, oneOf, readCommandLine, string } from '../command-line.mjs';
import { UsageError } from '../command.mjs';

/**
 * The options that the page gets as its parameters, under the same names.
 *
 * @typedef {object} PageParameters
 * @property {string} [run] Without it, nothing starts.
 * @property {string} [model]
 * @property {string} [hub]
 * @property {string} [device]
 * @property {number} [seed]
 * @property {string} [tags]
 */

/** @param {string} value */
function isServerUrl(value) {
  if (!URL.canParse(value)) return false;
  const { protocol, password } = new URL(value);
  return /^https?:$/.test(protocol) && !password;
}

/**
 * @param {string} text
 * @param {RegExp} protocols
 */
const isUrlOf = (text, protocols) => URL.canParse(text) && protocols.test(new URL(text).protocol);

/** A module that a browser can load. TypeScript it cannot. */
const isModuleFile = (/** @type {string} */ file) =>
  /\.m?js$/.test(file) && existsSync(file) && statSync(file).isFile();

/**
 * The options of a run of scenarios.
 *
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {object} context
 * @param {string} context.command As the user types it.
 * @param {typeof import('../tables.js')} context.tables
 * @throws {UsageError}
 */
export function readScenarioOptions(args, env, { command, tables }) {
  const { environmentNames, pageDevices } = tables;
  const { values } = readCommandLine(
    {
      command,
      options: {
        run: string({ value: 'all|ID,ID…', default: 'all', help: 'the scenarios to run' }),
        model: string({ value: 'ID', help: 'the model', otherwise: "the page's" }),
        hub: string({
          value: 'URL',
          help: "a mirror of the Hugging Face hub, in the hub's layout",
        }),
        device: oneOf(pageDevices, { help: 'where to compute', otherwise: "the page's" }),
        seed: integer({ min: 0, max: 2 ** 32 - 1, help: 'the seed for sampling' }),
        tags: string({ value: 'TAG,TAG…', help: 'only scenarios with these tags' }),
        'api-url': string({
          value: 'URL',
          variable: 'OPENAI_API_URL',
          secret: true, // it can hold a password
          allowed: 'the base URL of a server, without a password, as in http://127.0.0.1:8080/v1',
          accepts: isServerUrl,
          help:
            'the OpenAI-compatible server for scenarios that need one; ' +
            'OPENAI_API_KEY and AF_LLM_MODEL give its key and model',
        }),
        agent: string({
          value: 'FILE',
          allowed: 'a JavaScript module (.js or .mjs) whose default export loads an agent',
          accepts: isModuleFile,
          help: 'tests your agent: a module whose default export is what an adapter gives',
        }),
        shard: {
          value: 'I/N',
          allowed: 'a part of the run, as in 1/4',
          read: parseShard,
          default: undefined,
          help: 'runs one part of the scenarios; "npx unmocked merge" joins the reports',
        },
        json: string({ value: 'FILE', help: 'writes the report' }),
        junit: string({ value: 'FILE', help: 'writes JUnit XML' }),
        markdown: string({ value: 'FILE', help: "writes Markdown, for a job's summary" }),
        webgpu: flag({
          help:
            'turns WebGPU on in headless Chromium, even without a GPU; ' +
            '--device webgpu implies it',
        }),
        timeout: {
          value: 'SECONDS',
          allowed: 'a number of seconds above 0',
          read: (value) => (Number(value) > 0 ? Number(value) : undefined),
          default: 900,
          help: 'the limit for the whole run',
        },
        page: string({
          value: 'URL',
          allowed: 'a URL, as in http://127.0.0.1:5173/',
          accepts: URL.canParse,
          help: 'a page that is already served',
          otherwise: 'the one that is part of this package',
        }),
        connect: string({
          value: 'WS_URL',
          allowed: 'the address of a Playwright server, as in ws://host:3000/',
          accepts: (text) => isUrlOf(text, /^wss?:$/),
          help: 'runs in a browser of a Playwright server; needs the package playwright-core',
        }),
        grid: string({
          value: 'URL',
          allowed: 'the address of a Selenium Grid, as in http://host:4444/wd/hub',
          accepts: (text) => isUrlOf(text, /^https?:$/),
          help: 'runs in a browser of a Selenium Grid; needs the package playwright-core',
        }),
        host: string({
          value: 'HOST',
          allowed: 'an address of this machine, as in 192.168.0.7',
          help: 'address to serve the page or the agent on, where the browsers of --grid reach it',
          otherwise: '127.0.0.1',
        }),
      },
    },
    args,
    env,
  );
  const { 'api-url': apiUrl, timeout, ...rest } = values;
  refuseContradictions(values);
  // The page gets the key as its environment, because logs and the history keep addresses.
  /** @type {import('../../../src/settings/environment.js').Environment} */
  const environment = {};
  for (const name of environmentNames) {
    const value = name === 'OPENAI_API_URL' ? apiUrl : env[name];
    if (value) environment[name] = value;
  }
  return {
    ...rest,
    environment,
    timeoutMs: timeout * 1000,
    webgpu: values.webgpu || values.device === 'webgpu',
  };
}

/**
 * @param {Partial<Record<'agent' | 'model' | 'device' | 'hub' | 'api-url' | 'connect' | 'grid' |
 *   'page' | 'host', unknown>>} values
 */
function refuseContradictions(values) {
  const { agent, connect, grid, page, host } = values;
  if (agent) {
    const ignored = /** @type {const} */ (['model', 'device', 'hub']).filter(
      (name) => values[name] !== undefined,
    );
    if (ignored.length > 0)
      throw new UsageError(
        `--agent cannot stand beside --${ignored.join(', --')}: they choose this page's own model. ` +
          'Leave them out, and give them to what loads the agent',
      );
  }
  if (connect && grid) throw new UsageError('--connect cannot stand beside --grid: choose one');
  if (grid && agent && !host)
    throw new UsageError(
      `--agent ${agent} is served on this machine's 127.0.0.1, which the browsers of --grid cannot ` +
        'reach: add --host with an address of this machine that they reach, as in 192.168.0.7',
    );
  if (grid && !page && !host)
    throw new UsageError(
      '--grid needs a page that its browsers can reach: --host with an address of this machine, ' +
        'or --page with the URL of a page that is already served',
    );
}

/**
 * The page's address, with the run as its parameters.
 *
 * @param {string} page
 * @param {PageParameters} parameters
 */
export function pageAddress(page, { run, model, hub, device, seed, tags }) {
  const address = new URL(page);
  if (run === undefined) address.searchParams.delete('run'); // the page's own address may have one
  for (const [name, value] of Object.entries({ run, model, hub, device, seed, tags }))
    if (value !== undefined) address.searchParams.set(name, String(value));
  return address.href;
}
