import { flag, integer, oneOf, readCommandLine, string } from '../command-line.mjs';
import { loadTables } from '../typescript.mjs';

/**
 * The options that the page gets as its parameters, under the same names.
 *
 * @typedef {object} PageParameters
 * @property {string} run
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
 * The options of `npm run scenarios`. Needs the installed dependencies.
 *
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} [env]
 * @throws {import('../command.mjs').UsageError}
 */
export async function readScenarioOptions(args, env = {}) {
  const { environmentNames, pageDevices } = await loadTables();
  const { values } = readCommandLine(
    {
      command: 'npm run scenarios --',
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
        json: string({ value: 'FILE', help: 'writes the report' }),
        junit: string({ value: 'FILE', help: 'writes JUnit XML' }),
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
          otherwise: 'a fresh build of this one',
        }),
      },
    },
    args,
    env,
  );
  const { 'api-url': apiUrl, timeout, ...rest } = values;
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
 * The page's address, with the run as its parameters.
 *
 * @param {string} page
 * @param {PageParameters} parameters
 */
export function pageAddress(page, { run, model, hub, device, seed, tags }) {
  const address = new URL(page);
  for (const [name, value] of Object.entries({ run, model, hub, device, seed, tags }))
    if (value !== undefined) address.searchParams.set(name, String(value));
  return address.href;
}
