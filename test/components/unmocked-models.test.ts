import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import { loadAgent } from '../../src/agents/load-agent.js';
import { define } from '../../src/components/define.js';
import { filesOfHandle, filesOfInput } from '../../src/components/folder-files.js';
import { UnmockedModels } from '../../src/components/unmocked-models.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { whileReading, whileUnused } from '../../src/engine/file-lock.js';
import { keepFolder } from '../../src/engine/keep-folder.js';
import { deleteStored, listStored } from '../../src/engine/stored-models.js';
import { hasCode } from '../../src/errors.js';
import { missingNeed } from '../../src/harness/needs.js';
import { scenariosFor } from '../../src/harness/model-scenarios.js';
import type { RunSetup } from '../../src/harness/run-setup.js';
import { instructModels } from '../../src/models/instruct-models.js';
import { keptModels } from '../../src/models/kept-models.js';
import { models, resolveModel } from '../../src/models/registry.js';
import { trainedFor, withTraining } from '../../src/models/trained-for.js';
import { unmockedTiny } from '../../src/models/unmocked-tiny.js';
import { scenarios } from '../../src/scenarios/index.js';
import { SettingsStorage } from '../../src/settings/settings-storage.js';
import { SettingsStore } from '../../src/settings/settings-store.js';
import { FakeStorage } from '../fake-storage.js';
import { cutAnswers, endAllEngines, hub, newKey, rejection } from '../helpers.js';

define({ 'unmocked-models': UnmockedModels });

const WEIGHTS = 'onnx/model_quantized.onnx';

/** The bundled model's files, as a folder has them. */
async function tinyFiles(changes: Record<string, string | undefined> = {}) {
  const files = new Map<string, File>();
  for (const path of Object.keys(unmockedTiny.files)) {
    const answer = await fetch(`/models/${unmockedTiny.id}/${path}`);
    files.set(path, new File([await answer.blob()], path.split('/').at(-1)!));
  }
  for (const [path, text] of Object.entries(changes))
    if (text === undefined) files.delete(path);
    else files.set(path, new File([text], path));
  return files;
}

async function clear(): Promise<void> {
  endAllEngines();
  await deleteStored(await listStored());
}

async function open(): Promise<{ element: UnmockedModels; settings: SettingsStore }> {
  const storage = new SettingsStorage({ local: new FakeStorage(), session: new FakeStorage() });
  const settings = new SettingsStore().open({
    storage,
    environment: {},
    configUrl: '/no-such-folder/config.toml',
  });
  await settings.ready;
  settings.change({ hubUrl: hub() });
  const element = await fixture<UnmockedModels>(
    html`<unmocked-models .settings=${settings}></unmocked-models>`,
  );
  await element.refresh();
  await element.updateComplete;
  return { element, settings };
}
const query = <T extends HTMLElement = HTMLElement>(element: UnmockedModels, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;

describe('<unmocked-models>', () => {
  afterEach(clear);

  it('is accessible, and chooses a model in the settings, with an event', async () => {
    const { element, settings } = await open();
    await expect(element).to.be.accessible();
    const used: string[] = [];
    element.addEventListener('unmocked-use', ({ detail }) => used.push(detail.model));
    query(element, '[data-model=distilgpt2] [part=use]').click();
    await element.updateComplete;
    expect(settings.resolved.local.settings.model).to.equal('distilgpt2');
    query(element, '[data-model=distilgpt2] [part=use]').click(); // it is in use already
    expect(used).to.deep.equal(['distilgpt2']);
  });

  it('leaves the server for a model of this page, and chooses none during a run', async () => {
    const { element, settings } = await open();
    settings.change({ backend: 'remote', apiUrl: 'http://127.0.0.1:1/v1' });
    element.use('distilgpt2');
    expect(settings.resolved.backends).to.deep.equal(['local']);
    element.unavailable = 'A run is under way.';
    expect(() => element.use('unmocked-tiny')).to.throw('A run is under way.');
    await element.updateComplete;
    query(element, '[data-model=unmocked-tiny] [part=use]').click();
    await waitUntil(() => query(element, '[role=alert]'), 'it says why', { interval: 1 });
    expect(settings.resolved.local.settings.model).to.equal('distilgpt2');
  });

  it('copies a folder and shows it as a model of its own', async () => {
    const { element } = await open();
    await element.keep('my model', await tinyFiles());
    await element.updateComplete;
    expect(query(element, '[data-model="local:my-model"]').textContent).to.contain('1,024 tokens');
    expect(query(element, '[data-stored="local:my-model"]').textContent).to.contain('6 files');
    await expect(element).to.be.accessible();
  });
});

describe('a model from a folder', () => {
  afterEach(clear);

  it('is known by its weights, and computes the tokens of the bundled model', async () => {
    const kept = await keepFolder('copy', await tinyFiles());
    expect(kept.capabilities).to.deep.equal(unmockedTiny.capabilities);
    const tokens: number[][] = [];
    for (const model of [kept.id, 'unmocked-tiny']) {
      const agent = await loadAgent({ model, device: 'wasm', pool: new EnginePool() });
      const { metadata } = await agent.invoke('Count from 3 to 8.');
      tokens.push(metadata!.outputTokenIds!);
      await agent.dispose();
    }
    expect(tokens[0]!.length).to.be.greaterThan(5);
    expect(tokens[0]).to.deep.equal(tokens[1]);
  });

  it('loads no more once its files are deleted, and says so', async () => {
    const { id } = await keepFolder('gone', await tinyFiles());
    const model = resolveModel(id);
    await clear();
    const pool = new EnginePool();
    const error = await rejection(pool.acquire({ model, device: 'wasm' }));
    expect(error.message).to.contain('does not keep config.json').and.to.contain('local:gone');
    expect(hasCode(await rejection(loadAgent({ model: id })), 'unknown-model')).to.equal(true);
  });

  it('takes weights beside config.json, and leaves everything else in the folder', async () => {
    const files = await tinyFiles({ 'README.md': '# x', 'onnx/model.onnx': undefined });
    files.set('model_quantized.onnx', files.get(WEIGHTS)!);
    files.delete(WEIGHTS);
    const kept = await keepFolder('flat', files);
    expect(Object.keys(kept.files)).to.include(WEIGHTS).and.not.to.include('README.md');
    expect(kept.variants.map(({ dtype }) => dtype)).to.deep.equal(['q8']);
  });

  const broken: [string, Record<string, string | undefined>, RegExp][] = [
    ['a tokenizer', { 'tokenizer.json': undefined }, /lacks: tokenizer\.json\./],
    [
      'weights',
      { [WEIGHTS]: undefined, 'onnx/model.onnx': undefined },
      /lacks: weights \(one of onnx\/model_q4f16\.onnx/,
    ],
    ['JSON', { 'config.json': '{' }, /config\.json in "bad" is not JSON/],
    ['sense', { 'config.json': '{"n_positions":-1}' }, /n_positions is -1/],
  ];
  for (const [what, changes, why] of broken)
    it(`without ${what} is refused, and nothing is kept`, async () => {
      const error = await rejection(keepFolder('bad', await tinyFiles(changes)));
      expect(error.code).to.equal('invalid-model');
      expect(error.message).to.match(why);
      expect([keptModels(), await listStored()]).to.deep.equal([[], []]);
    });

  it('gets a name of its own if another model has it', async () => {
    const first = await keepFolder('same', await tinyFiles());
    const again = await keepFolder('same', await tinyFiles());
    const other = await keepFolder('same', await tinyFiles({ 'onnx/model.onnx': undefined }));
    expect([first.id, again.id, other.id]).to.deep.equal([
      'local:same',
      'local:same',
      'local:same-2',
    ]);
    expect(keptModels().length).to.equal(2);
  });

  it('is read the same from a folder’s handle and from an input', async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('picked', { create: true });
    const inner = await folder.getDirectoryHandle('onnx', { create: true });
    for (const [at, name] of [
      [folder, 'config.json'],
      [folder, '.hidden'],
      [inner, 'model.onnx'],
    ] as const)
      await (await (await at.getFileHandle(name, { create: true })).createWritable()).close();
    const picked = await filesOfHandle(folder);
    expect([picked.name, [...picked.files.keys()].toSorted()]).to.deep.equal([
      'picked',
      ['config.json', 'onnx/model.onnx'],
    ]);
    await root.removeEntry('picked', { recursive: true });
    const file = Object.defineProperty(new File([''], 'model.onnx'), 'webkitRelativePath', {
      value: 'mine/onnx/model.onnx',
    });
    expect([...filesOfInput([file]).files.keys()]).to.deep.equal(['onnx/model.onnx']);
  });
});

describe('what is kept', () => {
  afterEach(clear);

  it('names the model of each file, and deleting frees what it says', async () => {
    const pool = new EnginePool();
    const agent = await loadAgent({ model: 'unmocked/tiny', hubUrl: hub(), device: 'wasm', pool });
    await agent.dispose();
    const [stored] = await listStored();
    expect(stored!.id).to.equal('unmocked/tiny');
    expect(stored!.files.map(({ path }) => path)).to.include.members([WEIGHTS, 'config.json']);
    expect(stored!.bytes).to.be.greaterThan(unmockedTiny.files[WEIGHTS]!.bytes!);
    expect(stored!.keptAt).to.be.closeTo(Date.now(), 600_000);
    await deleteStored([stored!]);
    expect(await listStored()).to.deep.equal([]);
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('unmocked-models');
    const names: string[] = [];
    for await (const [name] of folder.entries()) names.push(name);
    expect(names).to.deep.equal([]);
  });

  it('keeps a file that another model has too', async () => {
    await keepFolder('one', await tinyFiles());
    await keepFolder('two', await tinyFiles({ 'onnx/model.onnx': undefined }));
    const one = (await listStored()).find(({ id }) => id === 'local:one')!;
    await deleteStored([one]);
    const [two, ...others] = await listStored();
    expect([two!.id, two!.files.length, others.length]).to.deep.equal(['local:two', 5, 0]);
    const agent = await loadAgent({ model: 'local:two', device: 'wasm', pool: new EnginePool() });
    await agent.dispose();
  });

  it('is not deleted while it is being downloaded, and deleting works afterwards', async () => {
    const key = newKey();
    const stalled = hub(`stall-once=500000:${key},only=model_quantized`);
    const started = promiseWithResolve();
    const loading = loadAgent({
      model: 'unmocked/tiny',
      hubUrl: stalled,
      device: 'wasm',
      pool: new EnginePool(),
      onProgress: ({ file }) => {
        if (file === WEIGHTS) started.resolve();
      },
    });
    await started.promise;
    const stored = await listStored();
    const part = stored.flatMap(({ files }) => files).find(({ incomplete }) => incomplete);
    expect(part, 'the incomplete file is listed').not.to.equal(undefined);
    const error = await rejection(deleteStored(stored));
    expect(error.code).to.equal('in-use');
    expect((await listStored()).length).to.equal(stored.length);
    await cutAnswers(key); // the download goes on
    await (await loading).dispose();
    await deleteStored(await listStored());
    expect(await listStored()).to.deep.equal([]);
  });

  it('is not deleted while it is read, and not read while it is deleted', async () => {
    const end = promiseWithResolve();
    const reading = whileReading('a', () => end.promise.then(() => 'read'));
    expect(await whileUnused(['b', 'a'], () => Promise.reject(new Error('deleted')))).to.equal(
      false,
    );
    end.resolve();
    expect(await reading).to.equal('read');
    const inside = await new Promise((resolve) => {
      void whileUnused(['b', 'a'], async () => resolve(await whileReading('a', async () => 1)));
    });
    expect(inside).to.equal(undefined);
  });
});

describe('the short list of instruct models', () => {
  it('has hub ids that resolve, with what they were trained for', () => {
    for (const { id, config, license, sources } of instructModels) {
      const model = withTraining(resolveModel(id));
      expect(model.source).to.deep.equal({ kind: 'hub', repository: id, revision: 'main' });
      expect(model.capabilities, id).to.equal(trainedFor[id]);
      expect([config.contextWindow, config.cache, license, sources.length > 0]).not.to.include(
        undefined,
      );
    }
  });

  it('counts the scenarios that a run would skip for want of training', () => {
    for (const model of [
      ...models,
      ...instructModels.map(({ id }) => withTraining(resolveModel(id))),
    ]) {
      const { able, unable } = scenariosFor(model, scenarios);
      expect(able.length + unable.length).to.equal(scenarios.length);
      const run = {
        model,
        environment: { webgpu: { adapter: {} }, crossOriginIsolated: true },
        startServer: () => undefined,
      } as unknown as RunSetup;
      const skipped = scenarios.filter((one) => missingNeed(one, run)?.endsWith(' training'));
      // Those that want a server with faults are skipped for that first.
      const reasons = unable.filter(({ scenario }) => !scenario.needs!.includes('faults'));
      expect(skipped.map(({ id }) => id)).to.deep.equal(reasons.map(({ scenario }) => scenario.id));
    }
  });
});

/** `Promise.withResolvers`, which TypeScript's library for ES2022 lacks. */
function promiseWithResolve() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
