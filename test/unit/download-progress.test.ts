import { expect } from '@esm-bundle/chai';
import { ortBytes, ortFilesOf } from '../../src/engine/ort-files.js';
import type { LoadProgress } from '../../src/engine/protocol.js';
import { DownloadProgress } from '../../src/engine/runtime/download-progress.js';
import { contentLength } from '../../src/engine/runtime/request-file.js';

function recorded() {
  const events: LoadProgress[] = [];
  const progress = new DownloadProgress((event) => events.push(event));
  const said = () => events.map(({ loadedBytes, totalBytes }) => `${loadedBytes} of ${totalBytes}`);
  return { progress, said };
}

describe('the progress of a download', () => {
  it('counts against the known length where a compressed answer does not say one', () => {
    const { progress, said } = recorded();
    const answer = new Response('', {
      headers: { 'content-length': '40', 'content-encoding': 'gzip' },
    });
    progress.expect('runtime', 100);
    for (const loaded of [10, 50, 100]) progress.update('runtime', loaded, contentLength(answer));
    expect(said()).to.deep.equal(['10 of 100', '50 of 100', '100 of 100']);
  });

  it('counts against the length that an answer says', () => {
    const { progress, said } = recorded();
    progress.expect('weights', 100);
    const answer = new Response('', { headers: { 'content-length': '80' } });
    progress.update('weights', 20, contentLength(answer));
    expect(said()).to.deep.equal(['20 of 80']);
  });

  it('adds up files, and never says less than has come', () => {
    const { progress, said } = recorded();
    progress.expect('a', 10);
    progress.expect('b', 100);
    progress.update('a', 12, undefined);
    progress.update('b', 50, undefined);
    expect(said()).to.deep.equal(['12 of 112', '62 of 112']);
  });

  it("knows the length of ONNX Runtime's builds", async () => {
    for (const build of ['plain', 'asyncify'] as const) {
      const { wasm } = ortFilesOf(build);
      const response = await fetch(`/ort/${wasm}`, { method: 'HEAD' });
      expect(Number(response.headers.get('content-length')), wasm).to.equal(ortBytes[build]);
    }
  });
});
