import { count, formatBytes } from '../format.js';

/** The texts of the page of models. They load with it: see texts.ts. */
export const modelsTexts = {
  heading: 'Models',
  back: 'Back to the scenarios',
  sentence:
    'Every model here runs in this browser. Nothing is asked or downloaded before you press a button that says so.',
  device: {
    heading: 'This device',
    machine: (bytes: number) => `memory: ${formatBinary(bytes)} or more`,
    noMachine: 'memory: this browser does not say',
    gpu: (bytes: number) => `largest buffer on the GPU: ${formatBinary(bytes)}`,
    noGpu: 'no WebGPU adapter',
    wasm: (bytes: number) => `one WASM engine: ${formatBinary(bytes)} at most`,
    storage: (free: number, used: number) =>
      `storage for this site: ${formatBytes(used)} used, ${formatBytes(free)} free`,
    noStorage: 'storage: this browser does not say',
  },
  list: 'Models to choose from',
  facts: {
    id: 'Id',
    license: 'Licence',
    context: 'Context window',
    cache: 'KV cache at full context',
    kind: 'Kind',
    scenarios: 'Scenarios',
    page: 'On the hub',
  },
  unknown: 'not known',
  noLicense: 'the hub names none',
  licenses: { 'unmocked-tiny': 'MIT, as this project', distilgpt2: 'apache-2.0' } as Record<
    string,
    string
  >,
  tokens: (tokens: number) => `${tokens.toLocaleString('en')} tokens`,
  cache: (sizes: readonly string[]) => sizes.join(', '),
  cacheOf: (bytes: number, dtypes: string) => `${formatBytes(bytes)} (${dtypes})`,
  kinds: {
    base: 'base model: it continues text',
    chat: 'chat model',
    tools: 'chat model, calls tools',
    reasoning: 'chat model, calls tools, reasons',
  },
  template: {
    none: 'no chat template: probably a base model',
    chat: 'has a chat template, without tools',
    tools: 'has a chat template that shows tools',
  },
  scenarios: (able: number, all: number) => `${able} of ${all}`,
  without: (number: number, need: string) =>
    `${number} ${number === 1 ? 'needs' : 'need'} ${need} training`,
  noneUnable: 'none is skipped for want of training',
  sizes: {
    caption: (title: string) => `What ${title} needs, by number format`,
    dtype: 'Dtype',
    device: 'Device',
    download: 'Download',
    inUse: 'Memory in use',
    most: 'At most',
    here: 'Here',
    fits: 'fits',
    mayLack: (what: string) => `may lack ${what}`,
    lacks: (what: string) => `lacks ${what}`,
    asking: 'asking the browser…',
    noAdapter: 'no adapter',
    lack: (what: string, needs: number, has: number) =>
      `${what}: ${formatBytes(needs)} of ${formatBytes(has)}`,
    shortages: {
      'wasm-heap': 'WASM memory',
      machine: 'memory',
      'gpu-buffer': 'buffer size on the GPU',
      storage: 'storage',
    },
    note:
      'Memory is estimated: the weights, the KV cache at a full context window and the runtime. ' +
      '“At most” is the peak: copies while the model loads, or while it fills its context.',
    unasked: 'The hub says how large its files are, when you ask it.',
  },
  ask: (host: string) => `Ask ${host} for the sizes`,
  asking: 'Asking…',
  asked: (title: string) => `${title}: the hub has answered.`,
  use: 'Use this model',
  inUse: 'In use',
  used: (title: string) => `${title} is in use now. It loads with the next question or run.`,
  running: 'A run is under way. Stop it to choose another model.',
  hub: {
    heading: 'Any model of the hub',
    label: 'Hub id',
    hint: 'owner/name, or owner/name@revision. The hub is asked when you press the button.',
    button: 'Look it up',
    empty: 'Write a hub id first, such as "HuggingFaceTB/SmolLM2-135M-Instruct".',
    notHub: (reference: string) =>
      `"${reference}" is no hub id. A hub id has an owner and a name: "owner/name".`,
  },
  folder: {
    heading: 'A folder of this computer',
    hint:
      'A folder with config.json, tokenizer.json and onnx/model….onnx, as transformers.js’s repositories have them. ' +
      'Its files are copied into this browser; nothing is sent anywhere.',
    button: 'Choose a folder…',
    label: 'A folder with a model',
    checking: (name: string) => `Checking “${name}”…`,
    copying: (done: number, total: number) =>
      `Copied ${formatBytes(done)} of ${formatBytes(total)}.`,
    kept: (name: string, files: number) =>
      `“${name}” is kept in this browser: ${count(files, 'file')}.`,
    empty: 'The folder has no files.',
  },
  stored: {
    heading: 'Kept in this browser',
    table: 'Kept models and their files',
    none: 'No model is kept here. Weights from the hub are kept when they are loaded.',
    columns: { model: 'Model', files: 'Files', size: 'Size', when: 'Kept', actions: 'Delete' },
    unknown: 'files of no known model',
    files: (number: number) => count(number, 'file'),
    incomplete: 'download not complete',
    unsaid: 'not known',
    delete: 'Delete',
    deleteLabel: (name: string) => `Delete ${name}`,
    deleteAll: 'Delete all',
    deleted: (name: string, bytes: number) => `Deleted ${name}: ${formatBytes(bytes)}.`,
    all: 'all models',
    sum: (models: number, bytes: number) => `${count(models, 'model')}, ${formatBytes(bytes)}`,
  },
};

/** `4 GB` for what is counted in powers of two. */
function formatBinary(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  return gigabytes >= 1
    ? `${Number(gigabytes.toFixed(1))} GB`
    : `${Math.round(bytes / 2 ** 20)} MB`;
}
