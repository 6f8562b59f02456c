import { expect } from '@esm-bundle/chai';
import { assets } from '../../src/engine/assets.js';
import { blockedByPolicy, remedyFor } from '../../src/engine/policy.js';
import { UnmockedError } from '../../src/errors.js';

describe('assets', () => {
  afterEach(() => {
    assets.base = '';
  });

  it('the base is the folder of the page, and an empty one brings that back', () => {
    const page = new URL('./', document.baseURI).href;
    expect(assets.base).to.equal(page);
    assets.base = 'https://cdn.example/unmocked/';
    assets.base = '';
    expect(assets.base).to.equal(page);
  });

  for (const [given, base] of [
    ['https://cdn.example/unmocked', 'https://cdn.example/unmocked/'],
    ['https://cdn.example/a/?v=1#b', 'https://cdn.example/a/'],
    ['/files', new URL('/files/', location.href).href],
    ['./near/', new URL('./near/', document.baseURI).href],
    ['../up', new URL('../up/', document.baseURI).href],
  ] as const)
    it(`takes ${given}, and files are below it`, () => {
      assets.base = given;
      expect(assets.base).to.equal(base);
      expect(assets.url('ort/a.wasm')).to.equal(`${base}ort/a.wasm`);
    });

  for (const given of ['https://', 'ftp://files/', 'data:text/plain,x', 'http://me:secret@host/'])
    it(`refuses ${given} with what is allowed, and keeps the base`, () => {
      assets.base = '/kept/';
      expect(() => (assets.base = given))
        .to.throw(UnmockedError, /assets\.base is ".*"\. Allowed: an http\(s\) URL/)
        .with.property('code', 'invalid-argument');
      expect(assets.base).to.equal(new URL('/kept/', location.href).href);
    });

  it('does not repeat a password', () => {
    expect(() => (assets.base = 'http://me:secret@host/'))
      .to.throw()
      .and.not.match(/secret/);
  });
});

describe('what to allow in a Content-Security-Policy', () => {
  const cases = [
    ['script-src', 'wasm-eval', 'script-src', "'wasm-unsafe-eval'"],
    ['script-src-elem', 'https://cdn.example/a.js', 'script-src', 'https://cdn.example'],
    ['connect-src', `${location.origin}/models/x.onnx`, 'connect-src', "'self'"],
    ['connect-src', 'data', 'connect-src', 'data:'],
    ['worker-src', 'blob', 'worker-src', 'blob:'],
    ['trusted-types', 'trusted-types-policy', 'trusted-types', 'unmocked lit-html'],
  ] as const;
  for (const [effectiveDirective, blockedURI, directive, source] of cases)
    it(`${effectiveDirective} blocks ${blockedURI}: ${source} in ${directive}`, () => {
      const remedy = remedyFor({ effectiveDirective, blockedURI, disposition: 'enforce' });
      expect(remedy).to.deep.equal({ directive, source });
      const error = blockedByPolicy(remedy, { whose: 'the page', what: 'it' });
      expect(error.code).to.equal('blocked-by-policy');
      expect(error.message).to.contain(`Add ${source} to its directive ${directive}.`);
    });
});
