import { parseArgs } from 'node:util';
import { UsageError } from './install.mjs';

const DEVICES = ['auto', 'webgpu', 'wasm'];
const OPTIONS = {
  run: { type: 'string', default: 'all' },
  model: { type: 'string' },
  hub: { type: 'string' },
  device: { type: 'string' },
  seed: { type: 'string' },
  tags: { type: 'string' },
  'api-url': { type: 'string' },
  json: { type: 'string' },
  junit: { type: 'string' },
  webgpu: { type: 'boolean', default: false },
  timeout: { type: 'string', default: '900' },
  page: { type: 'string' },
};
/** What a page may know of this process's environment; a key in the page's address would be seen by too many. */
export const ENVIRONMENT = ['OPENAI_API_URL', 'OPENAI_API_KEY', 'AF_LLM_MODEL'];
/** Those that are passed on to the page as its parameters, under the same names. */
const PAGE_PARAMETERS = ['run', 'model', 'hub', 'device', 'seed', 'tags'];

export const USAGE = `usage: npm run scenarios -- [options]
  --run all|ID,ID…       the scenarios to run (all)
  --model ID             the model (the page's default)
  --hub URL              a mirror in the Hugging Face hub's layout, in place of the hub
  --device ${DEVICES.join('|')}
  --seed N               the seed of what is sampled
  --tags TAG,TAG…        only scenarios with these tags
  --api-url URL          an OpenAI-compatible server for the scenarios that need one (OPENAI_API_URL);
                         its key and model: OPENAI_API_KEY and AF_LLM_MODEL
  --json FILE            writes the report
  --junit FILE           writes JUnit XML
  --webgpu               switches WebGPU on in headless Chromium, without a GPU too; --device webgpu implies it
  --timeout SECONDS      for the whole run (900)
  --page URL             a page that is already served, in place of a fresh build of this one`;

function refuse(message) {
  throw new UsageError(`${message}\n${USAGE}`);
}

/** The command line of `npm run scenarios` as checked options; a {@link UsageError} that names what is wrong and what is allowed. */
export function readOptions(args, env = {}) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS }));
  } catch (error) {
    refuse(error.message.split('. ')[0]);
  }
  if (values.device !== undefined && !DEVICES.includes(values.device))
    refuse(`--device is "${values.device}", but has to be one of ${DEVICES.join(', ')}`);
  if (values.seed !== undefined && !/^\d+$/.test(values.seed))
    refuse(`--seed is "${values.seed}", but has to be a whole number`);
  const timeout = Number(values.timeout);
  if (!(timeout > 0))
    refuse(`--timeout is "${values.timeout}", but has to be a number of seconds above 0`);
  if (values.page !== undefined && !URL.canParse(values.page))
    refuse(`--page is "${values.page}", but has to be a URL, as in http://127.0.0.1:5173/`);
  const environment = Object.fromEntries(
    ENVIRONMENT.map((name) => [name, env[name]]).filter(([, value]) => value),
  );
  const apiUrl = values['api-url'];
  if (apiUrl !== undefined) {
    if (
      !URL.canParse(apiUrl) ||
      !/^https?:$/.test(new URL(apiUrl).protocol) ||
      new URL(apiUrl).password
    )
      refuse(
        '--api-url has to be the base URL of a server, without a password, as in http://127.0.0.1:8080/v1',
      );
    environment.OPENAI_API_URL = apiUrl;
  }
  return {
    ...values,
    environment,
    timeoutMs: timeout * 1000,
    webgpu: values.webgpu || values.device === 'webgpu',
  };
}

/** The page's address with the run in it. */
export function pageAddress(page, options) {
  const address = new URL(page);
  for (const name of PAGE_PARAMETERS) {
    if (options[name] !== undefined) address.searchParams.set(name, options[name]);
  }
  return address.href;
}
