import { expect } from '@esm-bundle/chai';
import {
  compiledRuntime,
  countWorkers,
  keepCompiledRuntime,
} from '../../src/engine/compiled-runtime.js';

const URL = 'https://files.example/ort.wasm';
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

describe('the compiled runtime', () => {
  const { setTimeout: realTimeout, clearTimeout: realClear } = globalThis;
  let waiting: (() => void) | undefined;
  before(() => {
    globalThis.setTimeout = ((work: () => void) => ((waiting = work), 1)) as typeof setTimeout;
    globalThis.clearTimeout = () => (waiting = undefined);
  });
  after(() => {
    globalThis.setTimeout = realTimeout;
    globalThis.clearTimeout = realClear;
  });

  it('is kept while there is a worker, and is given up some time after the last one', () => {
    const module = new WebAssembly.Module(EMPTY_MODULE);
    keepCompiledRuntime(URL, module);
    countWorkers(1);
    expect(waiting).to.equal(undefined);
    countWorkers(0);
    expect(compiledRuntime(URL)).to.equal(module);
    countWorkers(1);
    expect(waiting, 'a new worker came in time').to.equal(undefined);
    countWorkers(0);
    waiting!();
    expect(compiledRuntime(URL)).to.equal(undefined);
  });
});
