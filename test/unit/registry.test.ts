import { expect } from '@esm-bundle/chai';
import { rungsOf } from '../../src/engine/ladder.js';
import { hasCode } from '../../src/errors.js';
import { hubTreeUrl, modelBaseUrl } from '../../src/models/model-urls.js';
import { models, resolveModel } from '../../src/models/registry.js';

const PAGE = 'https://page.example/sub/';
const base = (reference: string, hub?: string) => {
  const { source, id } = resolveModel(reference, { hub });
  return modelBaseUrl(source, id, PAGE);
};

describe('resolveModel', () => {
  it('finds every named model by its id', () => {
    for (const model of models) expect(resolveModel(` ${model.id} `)).to.equal(model);
  });

  it('finds a named model by its repository', () => {
    expect(resolveModel('Xenova/distilgpt2').id).to.equal('distilgpt2');
  });

  const places: [string, string][] = [
    ['unmocked-tiny', 'https://page.example/sub/models/unmocked-tiny/'],
    ['distilgpt2', 'https://huggingface.co/Xenova/distilgpt2/resolve/main/'],
    ['owner/name', 'https://huggingface.co/owner/name/resolve/main/'],
    ['owner/na.me-1_x@v1.0', 'https://huggingface.co/owner/na.me-1_x/resolve/v1.0/'],
    ['owner/name@refs/pr/1', 'https://huggingface.co/owner/name/resolve/refs%2Fpr%2F1/'],
    ['https://files.example/gpt2', 'https://files.example/gpt2/'],
    ['/models/mine/', 'https://page.example/models/mine/'],
    ['./mine', 'https://page.example/sub/mine/'],
  ];
  for (const [reference, url] of places) {
    it(`looks for "${reference}" at ${url}`, () => {
      expect(base(reference)).to.equal(url);
    });
  }

  it('uses a mirror for models from a hub, and only for them', () => {
    expect(base('owner/name', 'http://127.0.0.1:9000/hub')).to.equal(
      'http://127.0.0.1:9000/hub/owner/name/resolve/main/',
    );
    expect(base('distilgpt2', 'http://127.0.0.1:9000/')).to.equal(
      'http://127.0.0.1:9000/Xenova/distilgpt2/resolve/main/',
    );
    expect(base('unmocked-tiny', 'http://127.0.0.1:9000/')).to.equal(
      'https://page.example/sub/models/unmocked-tiny/',
    );
    expect(
      hubTreeUrl(resolveModel('owner/name', { hub: 'http://127.0.0.1:9000/hub/' }).source),
    ).to.equal('http://127.0.0.1:9000/hub/api/models/owner/name/tree/main?recursive=true');
    expect(hubTreeUrl(resolveModel('unmocked-tiny').source)).to.equal(undefined);
  });

  it('does not change the registry', () => {
    const before = JSON.stringify(models);
    resolveModel('distilgpt2', { hub: 'http://127.0.0.1:9000/' });
    expect(JSON.stringify(models)).to.equal(before);
  });

  for (const reference of [
    '',
    'gpt',
    'a/b/c',
    '../up',
    'owner/',
    'owner/name@',
    'o w/n',
    'javascript:alert(1)',
    'data:text/plain,x',
    'file:///etc/passwd',
    '//evil.example/x',
    'https://',
    'https://user:pw@files.example/',
  ]) {
    it(`refuses "${reference}"`, () => {
      expect(() => resolveModel(reference))
        .to.throw()
        .that.satisfies((error: unknown) => hasCode(error, 'unknown-model', 'invalid-argument'));
    });
  }

  it('names what is allowed', () => {
    expect(() => resolveModel('gpt')).to.throw(/"gpt".*"unmocked-tiny", "distilgpt2", a hub id/);
  });

  it('refuses a mirror that is not an http URL or contains a password', () => {
    for (const hub of ['mirror', 'ftp://mirror.example/', 'https://a:b@mirror.example/']) {
      expect(() => resolveModel('owner/name', { hub }))
        .to.throw()
        .that.satisfies((error: unknown) => hasCode(error, 'invalid-argument'));
    }
  });
});

describe('the ladder', () => {
  const rungs = (
    id: string,
    ...rest: [Parameters<typeof rungsOf>[1], Parameters<typeof rungsOf>[2]?]
  ) =>
    rungsOf(resolveModel(id), ...rest).map(
      ({ device, dtype, file, ort }) => `${device} ${dtype} ${file.slice('onnx/'.length)} ${ort}`,
    );

  it('of unmocked-tiny: WebGPU, then WASM, each in q8, then fp32', () => {
    expect(rungs('unmocked-tiny', 'auto')).to.deep.equal([
      'webgpu q8 model_quantized.onnx asyncify',
      'webgpu fp32 model.onnx asyncify',
      'wasm q8 model_quantized.onnx plain',
      'wasm fp32 model.onnx plain',
    ]);
  });

  it('of distilgpt2: fp16 before fp32 on WebGPU, the small merged q8 first on WASM', () => {
    expect(rungs('distilgpt2', 'auto')).to.deep.equal([
      'webgpu fp16 model_fp16.onnx asyncify',
      'webgpu fp32 model.onnx asyncify',
      'wasm q8 decoder_model_merged_quantized.onnx plain',
      'wasm q8 model_quantized.onnx plain',
      'wasm fp32 model.onnx plain',
    ]);
  });

  it('has only the rungs of the requested device and dtype', () => {
    expect(rungs('distilgpt2', 'webgpu')).to.deep.equal([
      'webgpu fp16 model_fp16.onnx asyncify',
      'webgpu fp32 model.onnx asyncify',
    ]);
    expect(rungs('distilgpt2', 'wasm', 'fp32')).to.deep.equal(['wasm fp32 model.onnx plain']);
    expect(rungs('distilgpt2', 'wasm', 'q4')).to.deep.equal([]);
    expect(rungs('distilgpt2', 'remote')).to.deep.equal([]);
  });

  it('has a pinned file for every variant of the registry', () => {
    for (const model of models) {
      for (const { file } of model.variants) {
        expect(model.files[file], `${model.id} ${file}`)
          .to.have.property('sha256')
          .that.matches(/^[0-9a-f]{64}$/);
        expect(model.files[file]!.bytes).to.be.above(0);
      }
    }
  });
});
