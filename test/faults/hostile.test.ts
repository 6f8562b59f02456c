import { expect } from '@esm-bundle/chai';
import { loadAgent } from '../../src/agents/load-agent.js';
import { Engine } from '../../src/engine/engine.js';
import { EnginePool } from '../../src/engine/engine-pool.js';
import { readHubTree } from '../../src/engine/hub-listing.js';
import { MOST_JSON_BYTES, readJson } from '../../src/engine/runtime/read-json.js';
import type { UnmockedError } from '../../src/errors.js';
import { parseConfig } from '../../src/settings/config.js';
import type { Model } from '../../src/models/model.js';
import { SettingsStorage } from '../../src/settings/settings-storage.js';
import { conversations } from '../conversations.mjs';
import { replies } from '../golden.mjs';
import { blobUrl, endAllEngines, rejection, tinyQ8 } from '../helpers.js';

/* Files and settings that somebody made to do harm. */

const POLLUTED =
  '"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}';
const isClean = () => expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);

const withFile = (file: string, content: BlobPart): Model =>
  tinyQ8({ files: { [file]: { url: blobUrl(content, 'application/json') } } });

const original = async (file: string): Promise<string> =>
  (await fetch(`/models/unmocked-tiny/${file}`)).text();

async function refusal(model: Model): Promise<UnmockedError> {
  const error = await rejection(new EnginePool().acquire({ model, device: 'wasm' }));
  expect(Engine.alive.size).to.equal(0);
  return error;
}

describe('a hostile configuration of a model', () => {
  afterEach(endAllEngines);

  it('changes nothing in the page: prototypes', async () => {
    const text = (await original('config.json')).replace('{', `{${POLLUTED},`);
    const agent = await loadAgent({
      model: withFile('config.json', text),
      device: 'wasm',
      pool: new EnginePool(),
    });
    const { response } = await agent.invoke(conversations.greeting.turns[0]);
    expect(response).to.equal(replies.greeting[0]);
    isClean();
    await agent.dispose();
  }).timeout(60_000);

  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    it(`is refused if it is deep: ${file}`, async () => {
      const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      const { code, message } = await refusal(withFile(file, deep));
      expect(code).to.equal('invalid-model');
      expect(message).to.include(file).and.include('nested more than 200 levels');
    }).timeout(60_000);

  it('is refused if it is long, before it has all arrived', async () => {
    const half = new Uint8Array((MOST_JSON_BYTES >> 1) + 1).fill(32);
    const url = URL.createObjectURL(new Blob([half, half], { type: 'application/json' }));
    const { code, message } = await refusal(tinyQ8({ files: { 'config.json': { url } } }));
    URL.revokeObjectURL(url);
    expect(code).to.equal('invalid-model');
    expect(message).to.include(`has more than ${MOST_JSON_BYTES} bytes`);
  }).timeout(60_000);

  it('is named by a value of a line, not by megabytes', async () => {
    const text = JSON.stringify({
      ...JSON.parse(await original('config.json')),
      n_positions: 'x'.repeat(5_000_000),
    });
    const { code, message } = await refusal(withFile('config.json', text));
    expect(code).to.equal('invalid-model');
    expect(message).to.have.length.below(400);
  }).timeout(60_000);

  it('is read as JSON reads it: brackets in strings are no levels', () => {
    const text = JSON.stringify({ a: `${'['.repeat(500)}"\\`, b: [[[1]]] });
    expect(readJson('a.json', new TextEncoder().encode(text), 'x')).to.deep.equal(JSON.parse(text));
  });
});

describe('a hostile listing of a hub', () => {
  const read = (json: string) =>
    readHubTree(blobUrl(json, 'application/json'), new AbortController().signal, { keeps: false });

  it('gives no lengths and digests that cannot be', async () => {
    const files = (await read(
      JSON.stringify([
        { path: 'a', size: -5, lfs: { oid: '../../etc', size: 1e30 } },
        { path: 'b', size: 1.5 },
        { path: 7, size: 1 },
        { path: '__proto__', size: 3 },
        { path: 'c', size: 3, lfs: { oid: 'A'.repeat(64) } },
      ]),
    ))!;
    expect([...files.keys()]).to.deep.equal(['a', 'b', '__proto__', 'c']);
    for (const name of ['a', 'b'])
      expect(files.get(name)).to.deep.equal({ path: name, bytes: undefined, sha256: undefined });
    expect(files.get('c')!.sha256).to.equal(undefined);
    isClean();
  });

  it('is not used if it is endless, deep or of another form', async () => {
    const long = `[${'{"path":"aaaaaaaaaaaaaaaa","size":1},'.repeat(500_000)}{"path":"b"}]`;
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const json of [long, '{}', '"x"', 'null', '[', POLLUTED])
      expect(await read(json), json.slice(0, 20)).to.equal(undefined);
    expect([...((await read(deep))?.keys() ?? [])]).to.deep.equal([]);
  });
});

describe('hostile settings', () => {
  const stored = (json: string) => {
    const local = new Map([['unmocked.settings', json]]);
    const storage = {
      getItem: (name: string) => local.get(name) ?? null,
      setItem: () => undefined,
      removeItem: () => undefined,
    } as unknown as Storage;
    const session = { ...storage, getItem: () => null } as unknown as Storage;
    return new SettingsStorage({ local: storage, session }).load();
  };

  it('that are stored are left out, with a line each: prototypes, megabytes, depth', () => {
    const long = 'x'.repeat(5_000_000);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const { settings, problems } = stored(
      `{${POLLUTED}, "${long}": 1, "model": ${deep}, "temperature": 1e999, "maxTokens": "${long}"}`,
    );
    expect(settings).to.deep.equal({});
    expect(Object.getPrototypeOf(settings)).to.equal(Object.prototype);
    expect(problems).to.have.length(6);
    for (const problem of problems) expect(problem).to.have.length.below(400);
    isClean();
  });

  it('of a config.toml are refused: megabytes, depth', () => {
    for (const toml of [
      `a = ${'['.repeat(100_000)}${']'.repeat(100_000)}\n`,
      `# ${'x'.repeat(2_000_000)}\n`,
    ])
      expect(() => parseConfig(toml), toml.slice(0, 20))
        .to.throw(/^config\.toml .{1,400}$/)
        .with.property('code', 'invalid-config');
  });

  it('of a config.toml are unknown keys: prototypes', () => {
    const { settings, unknownKeys } = parseConfig(
      '[__proto__]\npolluted = true\n[constructor.prototype]\npolluted = true\n',
    );
    expect(settings).to.deep.equal({});
    expect(unknownKeys).to.have.members(['__proto__', 'constructor']);
    isClean();
  });
});
