import { expect } from '@esm-bundle/chai';
import type { Agent } from '../src/agents/agent.js';
import { loadAgent, type LoadAgentOptions } from '../src/agents/load-agent.js';
import { Engine } from '../src/engine/engine.js';
import { EnginePool } from '../src/engine/engine-pool.js';
import type { Attempt } from '../src/engine/ladder.js';
import { isAbortError, type UnmockedError } from '../src/errors.js';
import { unmockedTiny } from '../src/models/unmocked-tiny.js';
import {
  blobUrl,
  clearStore,
  cutAnswers,
  endAllEngines,
  hub,
  hubLog,
  newKey,
  progressProblem,
  rejection,
  tinyQ8,
  watchLoad,
} from './helpers.js';

const WEIGHTS = 'onnx/model_quantized.onnx';
const { bytes: size, sha256 } = unmockedTiny.files[WEIGHTS] as { bytes: number; sha256: string };
const only = 'only=model_quantized';

const attemptsOf = ({ details }: UnmockedError) => details['attempts'] as Attempt[];
const codes = (error: UnmockedError) => attemptsOf(error).map(({ error: one }) => one?.code);
const attemptAt = (error: UnmockedError, file = WEIGHTS) =>
  attemptsOf(error).find((attempt) => attempt.file === file)!.error!;

/** The cached files of this browser, with their lengths. */
async function kept(): Promise<Record<string, number>> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('unmocked-models', { create: true });
  const files: Record<string, number> = {};
  // TypeScript's library lacks the iterator of directories.
  for await (const [name, handle] of folder as unknown as AsyncIterable<
    [string, FileSystemFileHandle]
  >)
    files[name] = (await handle.getFile()).size;
  return files;
}

describe('model store', () => {
  let greeting: number[];
  const loads: ReturnType<typeof watchLoad>[] = [];

  /** Loads from the hub with these faults, in a pool of its own, and records the progress. */
  async function load(faults: string, options: LoadAgentOptions = {}): Promise<Agent> {
    const watch = watchLoad();
    loads.push(watch);
    return loadAgent({
      model: 'unmocked/tiny',
      hubUrl: hub(faults),
      device: 'wasm',
      dtype: 'q8',
      pool: new EnginePool(),
      ...options,
      onProgress: (progress) => {
        watch.onProgress(progress);
        options.onProgress?.(progress);
      },
      onAttempt: watch.onAttempt,
    });
  }

  async function answers(agent: Agent): Promise<void> {
    const { metadata } = await agent.invoke('Hello, this is a test.');
    expect(metadata.outputTokenIds).to.deep.equal(greeting);
    expect(agent.model.digest).to.equal(sha256);
    await agent.dispose();
  }

  before(async () => {
    const agent = await loadAgent({ model: tinyQ8(), device: 'wasm', pool: new EnginePool() });
    greeting = (await agent.invoke('Hello, this is a test.')).metadata.outputTokenIds;
    await agent.dispose();
  });
  beforeEach(clearStore);

  afterEach('the progress was consistent, and no worker is left', () => {
    const alive = Engine.alive.size;
    endAllEngines();
    for (const { rungs } of loads.splice(0)) expect(progressProblem(rungs)).to.equal(undefined);
    expect(alive).to.equal(0);
  });

  it('loads a model from a hub, checks the hub’s digests, and caches the weights', async () => {
    const key = newKey();
    const agent = await load(`key=${key}`);
    const used = agent.engineInfo!.files;
    expect(used.find(({ path }) => path === WEIGHTS)).to.deep.include({
      bytes: size,
      sha256,
      expected: sha256,
      pin: 'source',
      fromCache: false,
    });
    expect(used.map(({ path }) => path)).to.have.members([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'generation_config.json',
      WEIGHTS,
    ]);
    expect(
      (await hubLog(key, 'quantized')).map(({ status }) => status),
      'the hub lists no merged file, so nobody asks for it',
    ).to.deep.equal([200]);
    expect(await kept()).to.deep.equal({ [sha256]: size });
    await answers(agent);
  });

  it('counts every byte of the download', async () => {
    const agent = await load('');
    const last = loads.at(-1)!.rungs.find((events) => events.at(-1)?.phase === 'warm-up')!;
    const { files, runtimeBytes } = agent.engineInfo!;
    const bytes = files.reduce((sum, file) => sum + file.bytes, runtimeBytes);
    expect(last.at(-1)).to.include({ loadedBytes: bytes, totalBytes: bytes });
    expect(last.filter(({ phase }) => phase === 'download').length).to.be.above(5);
    expect([...new Set(last.map(({ phase }) => phase))]).to.deep.equal([
      'download',
      'verify',
      'session',
      'warm-up',
    ]);
    await agent.dispose();
  });

  it('loads distilgpt2’s entry from a mirror that has other files under its name', async () => {
    const agent = await load('', { model: 'Xenova/distilgpt2' });
    expect(agent.model).to.deep.include({ id: 'distilgpt2', digest: sha256 });
    // The entry has no chat template, so these weights read a prompt that they were not trained on.
    const { metadata } = await agent.invoke('Hello, this is a test.', { maxTokens: 4 });
    expect(metadata.outputTokenIds).to.have.length(4);
    await agent.dispose();
  });

  it('takes the weights from the cache the second time', async () => {
    await (await load('')).dispose();
    const key = newKey();
    const agent = await load(`key=${key}`);
    expect(agent.engineInfo!.files.find(({ path }) => path === WEIGHTS)!.fromCache).to.equal(true);
    expect(await hubLog(key, 'onnx/model_quantized.onnx')).to.deep.equal([]);
    await answers(agent);
  });

  it('caches nothing if caching is off', async () => {
    await answers(await load('', { pool: new EnginePool({ cache: false }) }));
    expect(await kept()).to.deep.equal({});
  });

  it('does not trust its cache: it downloads a changed file again', async () => {
    await (await load('')).dispose();
    const root = await navigator.storage.getDirectory();
    const file = await (await root.getDirectoryHandle('unmocked-models')).getFileHandle(sha256);
    const writable = await file.createWritable({ keepExistingData: true });
    await writable.write({ type: 'write', position: size - 100, data: new Uint8Array(10) });
    await writable.close();
    const key = newKey();
    const agent = await load(`key=${key}`);
    expect(agent.engineInfo!.files.find(({ path }) => path === WEIGHTS)!.fromCache).to.equal(false);
    expect(await hubLog(key, 'onnx/model_quantized.onnx')).to.have.length(1);
    await answers(agent);
    expect(await kept()).to.deep.equal({ [sha256]: size });
  });

  describe('resumes a download', () => {
    it('when the connection breaks, with a request for the rest only', async () => {
      const key = newKey();
      // A browser may drop bytes that the page has not read when the connection breaks. So it
      // breaks once some were read: the headers cause the first event, bytes the second one.
      let events = 0;
      const onProgress: LoadAgentOptions['onProgress'] = ({ file }) => {
        if (file === WEIGHTS && ++events === 2) void cutAnswers(key);
      };
      await answers(await load(`stall-once=500000:${key},${only}`, { onProgress }));
      const [first, second, ...more] = (await hubLog(key, WEIGHTS)).filter(({ path }) =>
        path.includes('/cdn/'),
      );
      expect([first!.status, first!.range, first!.finished]).to.deep.equal([200, undefined, false]);
      expect(second!.status).to.equal(206);
      expect(second!.range).to.match(/^bytes=[1-9]\d*-$/);
      expect(Number(/\d+/.exec(second!.range!)![0]), 'bytes that had arrived').to.be.at.most(
        500_000,
      );
      expect(more).to.deep.equal([]);
    });

    it('in a later load, after an abort', async () => {
      const key = newKey();
      const controller = new AbortController();
      const half = size / 3;
      let events = 0;
      const error = await rejection(
        load(`stall=${Math.round(half)},${only}`, {
          signal: controller.signal,
          // The headers cause the first event, the first bytes the second one.
          onProgress: ({ file }) => file === WEIGHTS && ++events === 2 && controller.abort(),
        }),
      );
      expect(isAbortError(error)).to.equal(true);
      expect(Engine.alive.size).to.equal(0);
      const [[part, length]] = Object.entries(await kept()) as [[string, number]];
      expect(part).to.equal(`${sha256}.part`);
      expect(length).to.be.within(1, half);
      await answers(await load(`key=${key}`));
      const [request] = (await hubLog(key, WEIGHTS)).filter(({ path }) => path.includes('/cdn/'));
      expect(request!.status).to.equal(206);
      // A terminated worker lives on for a moment and may have written more, but never more than
      // the
      // server sent.
      expect(Number(/^bytes=(\d+)-$/.exec(request!.range!)?.[1])).to.be.within(
        length,
        Math.round(half),
      );
      expect(await kept()).to.deep.equal({ [sha256]: size });
    });

    it('from the beginning, when the server ignores ranges', async () => {
      const key = newKey();
      await answers(await load(`cut-once=500000:${key},no-range,${only}`));
      const statuses = (await hubLog(key, WEIGHTS))
        .filter(({ path }) => path.includes('/cdn/'))
        .map(({ status }) => status);
      expect(statuses).to.deep.equal([200, 200]);
    });

    it('when the server does not send a length', async () => {
      await answers(await load(`no-length,${only}`));
      await clearStore();
      await answers(await load(`cut-once=500000:${newKey()},no-length,${only}`));
    });

    it('from the beginning, when the partial file is longer than the file', async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('unmocked-models', { create: true });
      const writable = await (
        await folder.getFileHandle(`${sha256}.part`, { create: true })
      ).createWritable();
      await writable.write(new Uint8Array(size + 5));
      await writable.close();
      await answers(await load(''));
      expect(await kept()).to.deep.equal({ [sha256]: size });
    });

    it('from the beginning, if the server has fewer bytes and the length is unknown', async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('unmocked-models', { create: true });
      const writable = await (
        await folder.getFileHandle(`${sha256}.part`, { create: true })
      ).createWritable();
      await writable.write(new Uint8Array(size));
      await writable.close();
      // A model of our own with a digest but without lengths.
      const files = Object.fromEntries(
        Object.keys(unmockedTiny.files).map((path) => [
          path,
          {
            url: `${hub()}unmocked/tiny/resolve/main/${path}`,
            ...(path === WEIGHTS ? { sha256 } : {}),
          },
        ]),
      );
      const model = {
        ...tinyQ8(),
        files,
        source: { kind: 'hub' as const, repository: 'unmocked/tiny', revision: 'main' },
      };
      await answers(await load('', { model, hubUrl: undefined }));
      expect(await kept()).to.deep.equal({ [sha256]: size });
    });
  });

  describe('refuses a damaged file, and caches nothing of it:', () => {
    const damages: [string, string, RegExp][] = [
      [
        'a file with one changed byte',
        `corrupt,${only}`,
        /damaged: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/,
      ],
      ['a file that is too short', `truncate=1000000,${only}`, /1000000 bytes, expected \d+/],
      [
        'a file that is too short, without a length',
        `truncate=1000000,no-length,${only}`,
        /1000000 bytes, expected \d+/,
      ],
      [
        'a web page in its place',
        `html,${only}`,
        /web page in place of onnx\/model_quantized\.onnx/,
      ],
    ];
    for (const [name, faults, message] of damages) {
      it(name, async () => {
        const error = await rejection(load(faults));
        expect(error.code).to.equal('no-device');
        expect(codes(error)).to.deep.equal(['file-not-found', 'integrity']);
        expect(attemptAt(error).message).to.match(message);
        expect(error.message, 'the error of the ladder repeats it').to.match(message);
        expect(Object.values(await kept()).filter((length) => length > 0)).to.deep.equal([]);
        await answers(await load(''));
      });
    }

    it('a configuration that is a web page', async () => {
      const error = await rejection(load('html,only=config.json'));
      expect(codes(error)).to.deep.equal(['integrity', 'integrity']);
      expect(error.message).to.match(/web page in place of config\.json/);
    });

    it('a truncated tokenizer', async () => {
      const error = await rejection(load('truncate=1000,only=tokenizer.json'));
      expect(codes(error).at(-1)).to.equal('integrity');
      expect(attemptAt(error).message).to.match(/tokenizer\.json.* 1000 bytes, expected/);
    });

    it('invalid JSON of a model without pins', async () => {
      const error = await rejection(
        loadAgent({
          model: tinyQ8({
            files: { 'tokenizer.json': { url: blobUrl('{"a":', 'application/json') } },
          }),
          device: 'wasm',
          pool: new EnginePool(),
        }),
      );
      expect(codes(error)).to.deep.equal(['integrity']);
      expect(error.message).to.match(/tokenizer\.json.*not JSON/);
    });
  });

  describe('with a failing server', () => {
    it('fails as network after its retries, and names the address', async () => {
      const key = newKey();
      const error = await rejection(load(`status=503,only=config.json,key=${key}`));
      expect(error.code).to.equal('network');
      expect(error.message).to.include('503').and.include('unmocked/tiny/resolve/main/config.json');
      expect((await hubLog(key, 'main/config.json')).length, 'requests').to.equal(4);
    });

    it('recovers when only the first answer is an error', async () => {
      await answers(await load(`status-once=503:${newKey()},${only}`));
    });

    it('does not retry when a retry cannot help', async () => {
      const key = newKey();
      expect((await rejection(load(`status=400,only=config.json,key=${key}`))).code).to.equal(
        'network',
      );
      expect(await hubLog(key, 'main/config.json')).to.have.length(1);
    });

    it('fails as network when nothing listens', async () => {
      const error = await rejection(load('', { hubUrl: 'http://127.0.0.1:9/' }));
      expect(error.code).to.equal('network');
      expect(error.message).to.include('unmocked/tiny').and.include('http://127.0.0.1:9/');
    });

    it('is aborted at once, even between two attempts', async () => {
      const controller = new AbortController();
      const key = newKey();
      const loading = rejection(
        load(`status=503,only=config.json,key=${key}`, { signal: controller.signal }),
      );
      while ((await hubLog(key, 'main/config.json')).length === 0);
      controller.abort();
      expect(isAbortError(await loading)).to.equal(true);
      expect(Engine.alive.size).to.equal(0);
    });
  });

  it('names the address of a model that does not exist', async () => {
    const error = await rejection(load('', { model: 'nobody/nothing' }));
    expect(error.code).to.equal('model-not-found');
    expect(error.message)
      .to.include('"nobody/nothing"')
      .and.include(`${hub()}nobody/nothing/resolve/main/config.json`)
      .and.include('401');
  });

  it('names the address of a revision that does not exist', async () => {
    const error = await rejection(load('', { model: 'unmocked/tiny@v9' }));
    expect(error.code).to.equal('model-not-found');
    expect(error.message).to.include('/resolve/v9/config.json');
  });

  it('loads a folder by its URL, without pins and without caching it', async () => {
    const agent = await load('', { model: '/models/unmocked-tiny/', hubUrl: undefined });
    expect(agent.engineInfo!.files.map(({ pin }) => pin)).to.deep.equal([
      'none',
      'none',
      'none',
      'none',
      'none',
    ]);
    await answers(agent);
    expect(await kept()).to.deep.equal({});
  });
});
