import {
  type Accepts,
  integer,
  isBaseUrl,
  isHttpUrl,
  number,
  numberAbove,
  oneOf,
  text,
  textList,
} from './schemas.js';
import {
  type AgentSettings,
  type EnvironmentName,
  reasoningEfforts,
  type SettingName,
} from './settings.js';

/** Describes one setting. Every reader of settings works from this. */
export interface Definition<T> extends Accepts<NonNullable<T>> {
  /** Label of the form field. */
  label: string;
  /** What the setting does, in one sentence. */
  help: string;
  default: T;
  toml: {
    key: string;
    /** Other keys with the same meaning, from other frameworks' files. */
    aliases?: readonly string[];
    /** Other values with the same meaning, from other frameworks' files. */
    synonyms?: Readonly<Record<string, NonNullable<T>>>;
  };
  /** Parameter of the page's URL. */
  parameter?: string;
  /** Attribute of `<unmocked-harness>`. */
  attribute?: string;
  environment?: EnvironmentName;
  /** The value is never shown. */
  secret?: true;
  /** One call can override it. */
  perCall?: true;
}

/** A setting that is missing here, or that `AgentSettings` lacks, does not compile. */
const table = {
  backend: {
    ...oneOf('auto', 'local', 'remote'),
    label: 'Backend',
    help:
      'Where the model runs: in this page, or on a server. ' +
      '"auto" tries the server first if an API URL is set.',
    default: 'auto',
    toml: {
      key: 'backend',
      synonyms: { openai: 'remote', langchain: 'remote', huggingface: 'local' },
    },
    parameter: 'backend',
    attribute: 'backend',
  },
  model: {
    ...text('a model id, a hub id or a folder URL', (value) => value.trim() !== ''),
    label: 'Model',
    help: "A registry id, a hub id, the URL of a model folder, or the server's name for a model.",
    default: 'unmocked-tiny',
    toml: { key: 'model' },
    parameter: 'model',
    attribute: 'model',
    environment: 'AF_LLM_MODEL',
  },
  device: {
    ...oneOf('auto', 'webgpu', 'wasm'),
    allowed: '"auto", "webgpu", "wasm" (for a server, set the backend to "remote")',
    label: 'Device',
    help: 'What computes in this page. "auto" tries WebGPU, then WASM.',
    default: 'auto',
    toml: { key: 'device', synonyms: { cpu: 'wasm', cuda: 'webgpu', mps: 'webgpu' } },
    parameter: 'device',
    attribute: 'device',
  },
  hubUrl: {
    ...text(
      'the http(s) URL of a mirror in the hub\'s layout, such as "https://huggingface.co/", ' +
        'without a password',
      isHttpUrl,
    ),
    label: 'Mirror',
    help: 'A mirror of the Hugging Face hub to download models from.',
    default: undefined,
    toml: { key: 'hub_url' },
    parameter: 'hub',
    attribute: 'hub',
  },
  apiUrl: {
    ...text(
      'the http(s) base URL of an OpenAI-compatible server, such as ' +
        '"http://127.0.0.1:11434/v1", without a password, a query or a fragment',
      isBaseUrl,
    ),
    label: 'API URL',
    help: 'Base URL of an OpenAI-compatible server.',
    default: undefined,
    toml: { key: 'api_url', aliases: ['base_url'] },
    parameter: 'api_url',
    attribute: 'api-url',
    environment: 'OPENAI_API_URL',
  },
  apiKey: {
    ...text('a key of visible ASCII characters, without spaces or line breaks', (value) =>
      /^[\x21-\x7e]{1,4096}$/.test(value),
    ),
    label: 'API key',
    help: "The server's key.",
    default: undefined,
    toml: { key: 'api_key' },
    environment: 'OPENAI_API_KEY',
    secret: true,
  },
  timeoutSeconds: {
    ...numberAbove(0, 3600, 'of seconds '),
    label: 'Timeout',
    help: 'How many seconds a server may stay silent.',
    default: 60,
    toml: { key: 'timeout_seconds' },
  },
  maxRetries: {
    ...integer(0, 10),
    label: 'Retries',
    help: 'How often a failed request is sent again.',
    default: 2,
    toml: { key: 'max_retries' },
  },
  reasoningEffort: {
    ...oneOf(...reasoningEfforts),
    label: 'Reasoning effort',
    help: 'How much the model should think before it answers.',
    default: undefined,
    toml: { key: 'reasoning_effort' },
  },
  maxTokens: {
    ...integer(1, 100_000),
    label: 'Max. tokens',
    help: 'The most tokens that one reply may have.',
    default: 64,
    toml: { key: 'max_tokens', aliases: ['max_new_tokens'] },
    perCall: true,
  },
  temperature: {
    ...number(0, 2),
    label: 'Temperature',
    help: 'Randomness of sampling. 0 is greedy decoding.',
    default: 0,
    toml: { key: 'temperature' },
    perCall: true,
  },
  topP: {
    ...numberAbove(0, 1),
    label: 'Top p',
    help: 'Samples from the most probable tokens that together have this probability.',
    default: 1,
    toml: { key: 'top_p' },
    perCall: true,
  },
  topK: {
    ...integer(0, 1000),
    label: 'Top k',
    help: 'Samples from this many of the most probable tokens. 0 means all.',
    default: 50,
    toml: { key: 'top_k' },
    perCall: true,
  },
  repetitionPenalty: {
    ...number(0.5, 2),
    label: 'Repetition penalty',
    help: 'Above 1, tokens that already occurred become less probable.',
    default: 1,
    toml: { key: 'repetition_penalty' },
    perCall: true,
  },
  seed: {
    ...integer(0, 2 ** 32 - 1),
    label: 'Seed',
    help: 'Seed of sampling. The same seed gives the same tokens.',
    default: 0,
    toml: { key: 'seed' },
    parameter: 'seed',
    attribute: 'seed',
    perCall: true,
  },
  stop: {
    ...textList,
    label: 'Stop sequences',
    help: 'The reply ends before the first of these strings.',
    default: [],
    toml: { key: 'stop' },
    perCall: true,
  },
  system: {
    ...text('a string'),
    label: 'System prompt',
    help: 'Tells the model who it is and how to answer.',
    default: '',
    toml: { key: 'system', aliases: ['system_context'] },
  },
} satisfies { [K in SettingName]: Definition<AgentSettings[K]> };

export const definitions: { [K in SettingName]: Definition<AgentSettings[K]> } = table;

export const settingNames = Object.keys(table) as SettingName[];

/** The settings that one call can override. */
export type CallSettingName = {
  [K in SettingName]: (typeof table)[K] extends { perCall: true } ? K : never;
}[SettingName];
export const callSettingNames = settingNames.filter(
  (name): name is CallSettingName => definitions[name].perCall ?? false,
);

export function defaultSettings(): AgentSettings {
  return Object.fromEntries(
    settingNames.map((name) => [name, definitions[name].default]),
  ) as unknown as AgentSettings;
}
