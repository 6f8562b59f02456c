import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/components/index.js';
import type { UnmockedSettings } from '../../src/components/unmocked-settings.js';
import { tinyMegabytes } from '../helpers.js';

const about = (element: UnmockedSettings) =>
  element.shadowRoot!.querySelector('#about')!.textContent!;

describe('<unmocked-settings>', () => {
  it('shows the size of a model that only the hub knows, before a download', async () => {
    const element = await fixture<UnmockedSettings>(
      html`<unmocked-settings
        model="unmocked/tiny"
        hub=${`${location.origin}/__hub/`}
      ></unmocked-settings>`,
    );
    await expect(element).to.be.accessible();
    const [q8, fp32] = [tinyMegabytes('q8').toFixed(1), tinyMegabytes('fp32').toFixed(1)];
    await waitUntil(() => about(element).includes(`${q8} MB for WASM`), about(element));
    expect(about(element)).to.include(`${fp32} MB for WebGPU`);
  });

  it('says that the size is unknown if the hub does not list it', async () => {
    const element = await fixture<UnmockedSettings>(
      html`<unmocked-settings
        model="nobody/nothing"
        hub=${`${location.origin}/__hub/`}
      ></unmocked-settings>`,
    );
    expect(about(element)).to.match(/known only when it begins/);
  });

  const KEY = 'sk-spec-0123456789';
  const control = (element: UnmockedSettings, id: string) =>
    element.shadowRoot!.querySelector<HTMLInputElement>(`#${id}`)!;
  const enter = async (element: UnmockedSettings, id: string, value: string) => {
    control(element, id).value = value;
    control(element, id).dispatchEvent(new Event('change'));
    await element.updateComplete;
  };
  const remote = () =>
    fixture<UnmockedSettings>(html`<unmocked-settings backend="remote" keeps></unmocked-settings>`);

  it('has fields for a server unless the backend is local', async () => {
    for (const [backend, there] of [
      ['auto', true],
      ['remote', true],
      ['local', false],
    ] as const) {
      const element = await fixture<UnmockedSettings>(
        html`<unmocked-settings backend=${backend}></unmocked-settings>`,
      );
      await expect(element).to.be.accessible();
      expect(
        [control(element, 'apiUrl') !== null, control(element, 'apiKey') !== null],
        backend,
      ).to.deep.equal([there, there]);
      expect(control(element, 'device') === null, backend).to.equal(backend === 'remote');
    }
  });

  it('masks the key, and puts it only into an event that does not bubble', async () => {
    const element = await remote();
    const seen: unknown[] = [];
    document.addEventListener('unmocked-settings', ({ detail }) => seen.push(detail), {
      once: true,
    });
    element.parentElement!.addEventListener('unmocked-settings', ({ detail }) => seen.push(detail));
    let told: unknown;
    element.addEventListener('unmocked-settings', ({ detail }) => (told = detail));
    await enter(element, 'apiKey', ` ${KEY}\n`);
    expect(told).to.deep.equal({ apiKey: KEY });
    expect(seen).to.deep.equal([]);
    expect([
      control(element, 'apiKey').type,
      control(element, 'apiKey').autocomplete,
    ]).to.deep.equal(['password', 'off']);
    expect(element.outerHTML + element.shadowRoot!.innerHTML).not.to.contain(KEY);
    expect(location.href).not.to.contain(KEY);
    // The page passes it back.
    element.apiKey = KEY;
    await element.updateComplete;
    expect(control(element, 'apiKey').value).to.equal(KEY);
    expect(element.outerHTML + element.shadowRoot!.innerHTML).not.to.contain(KEY);
    await expect(element).to.be.accessible();
  });

  it('says beside the field why it refuses a value, hides keys, and keeps the input', async () => {
    const element = await remote();
    element.apiUrl = 'http://127.0.0.1:1/v1';
    element.apiKey = KEY;
    await element.updateComplete;
    const told: unknown[] = [];
    element.addEventListener('unmocked-settings', ({ detail }) => told.push(detail));
    await enter(element, 'apiUrl', 'nonsense');
    await enter(element, 'apiKey', 'sk with spaces');
    await enter(element, 'seed', '-1');
    expect(told).to.deep.equal([]);
    expect([element.apiUrl, element.apiKey, element.seed], 'what was before stays').to.deep.equal([
      'http://127.0.0.1:1/v1',
      KEY,
      0,
    ]);
    expect([
      control(element, 'apiUrl').value,
      control(element, 'apiKey').value,
      control(element, 'seed').value,
    ]).to.deep.equal(['nonsense', 'sk with spaces', '-1']);
    const errorOf = (id: string) =>
      element.shadowRoot!.getElementById(control(element, id).getAttribute('aria-describedby')!)!
        .textContent;
    expect(errorOf('apiUrl')).to.contain('"nonsense"').and.to.contain('11434/v1');
    expect(errorOf('apiKey')).to.contain('not usable').and.not.to.contain('spaces"');
    expect(errorOf('seed')).to.contain('-1').and.to.contain('4294967295');
    await expect(element).to.be.accessible();
    await enter(element, 'seed', '5');
    expect([told, element.shadowRoot!.querySelector('#seed-error')]).to.deep.equal([
      [{ seed: 5 }],
      null,
    ]);
  });

  it('accepts the server’s name for a model, or none', async () => {
    const element = await remote();
    element.model = '';
    await element.updateComplete;
    const told: unknown[] = [];
    element.addEventListener('unmocked-settings', ({ detail }) => told.push(detail));
    await enter(element, 'model', 'llama3.2:1b');
    await enter(element, 'model', '');
    expect(told).to.deep.equal([{ model: 'llama3.2:1b' }, { model: undefined }]);
    expect(element.shadowRoot!.querySelector('.problem')).to.equal(null);
  });

  it('shows the origin of a key from elsewhere, and that a key is withheld', async () => {
    const element = await remote();
    element.keyFrom = 'environment (OPENAI_API_KEY)';
    element.apiUrl = 'https://elsewhere.example/v1';
    element.keyWithheld = true;
    await element.updateComplete;
    expect(control(element, 'apiKey').placeholder).to.equal('set by environment (OPENAI_API_KEY)');
    await expect(element).to.be.accessible();
    let told: unknown;
    element.addEventListener('unmocked-settings', ({ detail }) => (told = detail));
    control(element, 'adopt').click();
    expect(told).to.deep.equal({ apiUrl: 'https://elsewhere.example/v1' });
  });

  it('offers to keep nothing if it is embedded', async () => {
    const element = await fixture<UnmockedSettings>(
      html`<unmocked-settings backend="remote"></unmocked-settings>`,
    );
    expect([control(element, 'rememberKey'), control(element, 'forget')]).to.deep.equal([
      null,
      null,
    ]);
  });
});
