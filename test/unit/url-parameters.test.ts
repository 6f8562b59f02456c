import { expect } from '@esm-bundle/chai';
import { type PageParameters, parseUrlParameters } from '../../src/settings/url-parameters.js';

const known = [
  { id: 'streaming', tags: ['core', 'streaming'] },
  { id: 'chat-completion', tags: ['core', 'chat'] },
  { id: 'untagged' },
];
const none: PageParameters = { settings: {}, errors: [], warnings: [], secrets: [] };

describe('parseUrlParameters', () => {
  const good: [string, Partial<PageParameters>][] = [
    ['', {}],
    ['?run=all', { run: 'all' }],
    ['?run=streaming,chat-completion', { run: ['streaming', 'chat-completion'] }],
    ['?run=%20streaming%20,,streaming', { run: ['streaming'] }],
    ['?tags=chat', { tags: ['chat'] }],
    ['?run=streaming&tags=core', { run: ['streaming'], tags: ['core'] }],
    ['?device=auto', { settings: { device: 'auto' } }],
    ['?device=webgpu', { settings: { device: 'webgpu' } }],
    ['?device=wasm', { settings: { device: 'wasm' } }],
    ['?seed=0', { settings: { seed: 0 } }],
    ['?seed=4294967295', { settings: { seed: 4294967295 } }],
    ['?model=distilgpt2', { settings: { model: 'distilgpt2' } }],
    ['?model=owner/name@v1', { settings: { model: 'owner/name@v1' } }],
    ['?model=/models/mine/', { settings: { model: '/models/mine/' } }],
    ['?hub=https://example.org/hub', { settings: { hubUrl: 'https://example.org/hub' } }],
    ['?backend=auto', { settings: { backend: 'auto' } }],
    [
      '?backend=remote&api_url=http://127.0.0.1:11434/v1',
      { settings: { backend: 'remote', apiUrl: 'http://127.0.0.1:11434/v1' } },
    ],
    [
      '?run=all&model=unmocked-tiny&device=wasm&seed=7',
      { run: 'all', settings: { model: 'unmocked-tiny', device: 'wasm', seed: 7 } },
    ],
  ];
  for (const [search, expected] of good) {
    it(`reads "${search}"`, () =>
      expect(parseUrlParameters(search, known)).to.deep.equal({ ...none, ...expected }));
  }

  // Each error names the value and something that is allowed.
  const bad: [string, string, string][] = [
    ['?run=streeming', '"streeming"', 'chat-completion'],
    ['?run=all,streaming', '"all"', 'streaming'],
    ['?run=', 'run is empty', 'streaming'],
    ['?run=streaming&run=chat-completion', '"streaming", "chat-completion"', 'once'],
    ['?run=streaming&tags=chat', 'streaming', 'chat'],
    ['?tags=nonsense', '"nonsense"', 'core, streaming, chat'],
    ['?tags=', 'tags is empty', 'core'],
    ['?device=quantum', '"quantum"', '"auto", "webgpu", "wasm"'],
    ['?device=remote', '"remote"', '"auto", "webgpu", "wasm"'],
    ['?device=WASM', '"WASM"', 'wasm'],
    ['?device=', '""', 'wasm'],
    ['?seed=NaN', '"NaN"', '4294967295'],
    ['?seed=', '""', '4294967295'],
    ['?seed=-1', '"-1"', '4294967295'],
    ['?seed=1.5', 'seed is 1.5.', 'whole number'],
    ['?seed=1e3', '"1e3"', 'whole number'],
    ['?seed=4294967296', 'seed is 4294967296.', '4294967295'],
    ['?model=', '""', 'unmocked-tiny'],
    ['?model=no such model', '"no such model"', 'unmocked-tiny'],
    ['?hub=example', '"example"', 'https://'],
    ['?hub=', 'hub is ""', 'https://'],
    ['?backend=cloud', '"cloud"', '"auto", "local", "remote"'],
    ['?backend=', '""', 'remote'],
    ['?api_url=', '""', '11434/v1'],
    ['?api_url=example', '"example"', 'http(s)'],
    ['?api_url=https://example.org/v1%3Fkey=x', '?key=x', 'without a password, a query'],
    ['?hub=ftp://example.org/', '"ftp://example.org/"', 'http(s)'],
  ];
  for (const [search, value, allowed] of bad) {
    it(`refuses "${search}"`, () => {
      const { errors, warnings } = parseUrlParameters(search, known);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.contain(value);
      expect(errors[0]).to.contain(allowed);
      expect(warnings).to.deep.equal([]);
    });
  }

  for (const name of [
    'api_key',
    'key',
    'apikey',
    'apiKey',
    'API-KEY',
    'token',
    'access_token',
    'OPENAI_API_KEY',
  ]) {
    it(`refuses a key, as "${name}", without repeating it`, () => {
      const parameters = parseUrlParameters(
        `?run=all&${name}=sk-secret-1&${name}=sk-secret-2`,
        known,
      );
      expect(parameters.secrets).to.deep.equal([name]);
      expect(parameters.errors).to.have.length(1);
      expect(parameters.errors[0])
        .to.contain(`"${name}"`)
        .and.to.contain('settings')
        .and.to.contain('config.toml')
        .and.to.contain('OPENAI_API_KEY');
      expect(JSON.stringify(parameters)).not.to.contain('sk-secret');
    });
  }

  it('does not repeat the password of an API URL', () => {
    const { errors } = parseUrlParameters('?api_url=https://user:sk-secret@example.org/v1', known);
    expect(errors).to.have.length(1);
    expect(errors[0]).not.to.contain('sk-secret');
  });

  it('warns about an unknown parameter', () => {
    const { warnings, ...rest } = parseUrlParameters('?run=all&sede=7&run%20=1', known);
    const { warnings: _, ...others } = none;
    expect(rest).to.deep.equal({ ...others, run: 'all' });
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.contain('"sede"').and.to.contain('seed');
  });

  it('reports every error, not only the first one', () => {
    expect(parseUrlParameters('?run=x,y&device=z&seed=q', known).errors).to.have.length(4);
  });
});
