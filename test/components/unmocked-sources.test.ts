import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/components/index.js';
import { SettingsStorage } from '../../src/settings/settings-storage.js';
import type { UnmockedSources } from '../../src/components/unmocked-sources.js';
import { SettingsStore } from '../../src/settings/settings-store.js';
import { FakeStorage } from '../fake-storage.js';

const KEY = 'sk-spec-0123456789';

async function open() {
  const session = new FakeStorage();
  const settings = new SettingsStore().open({
    storage: new SettingsStorage({ local: new FakeStorage(), session }),
    environment: { OPENAI_API_KEY: KEY },
    configUrl: '/no-such-folder/config.toml',
  });
  await settings.ready;
  const element = await fixture<UnmockedSources>(
    html`<unmocked-sources .settings=${settings}></unmocked-sources>`,
  );
  element.shadowRoot!.querySelector('details')!.open = true;
  return { settings, element };
}
const query = <T extends HTMLElement = HTMLElement>(element: UnmockedSources, selector: string) =>
  element.shadowRoot!.querySelector<T>(selector)!;
const cells = (element: UnmockedSources, key: string) =>
  [...element.shadowRoot!.querySelectorAll('tbody tr')]
    .find((row) => row.querySelector('th')!.textContent === key)!
    .textContent!.trim()
    .split(/\s*\n\s*/);
const paste = async (element: UnmockedSources, text: string) => {
  query<HTMLTextAreaElement>(element, '#text').value = text;
  query(element, '#use').click();
  await element.updateComplete; // The previous message is gone.
  await waitUntil(
    () => query(element, '[role=status]').textContent || query(element, '#refused'),
    'it is used or refused',
    { interval: 1 },
  );
};
const drop = (element: UnmockedSources, file: File) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
  query(element, '.config').dispatchEvent(event);
  return event;
};

describe('<unmocked-sources>', () => {
  it('is accessible, and shows the origin of every setting, but never a key', async () => {
    const { settings, element } = await open();
    await expect(element).to.be.accessible();
    expect(cells(element, 'api_key')).to.deep.equal([
      'api_key',
      'set',
      'environment (OPENAI_API_KEY)',
    ]);
    expect(cells(element, 'seed')).to.deep.equal(['seed', '0', 'default']);
    settings.change({ seed: 7, apiKey: `${KEY}-other` });
    await element.updateComplete;
    expect(cells(element, 'seed')).to.deep.equal(['seed', '7', 'this browser']);
    expect(cells(element, 'api_key')).to.deep.equal(['api_key', 'set', 'this browser']);
    expect(element.shadowRoot!.innerHTML).not.to.contain(KEY);
  });

  it('uses a pasted config.toml, names its unknown keys, and removes it', async () => {
    const { settings, element } = await open();
    await paste(element, `[agent]\ntemperature = 0.5\ntemprature = 1\napi_key = "${KEY}"`);
    expect(cells(element, 'temperature')).to.deep.equal([
      'temperature',
      '0.5',
      'config.toml [agent]',
    ]);
    expect(query(element, '#unknown').textContent).to.contain('agent.temprature');
    expect([
      query<HTMLTextAreaElement>(element, '#text').value,
      element.shadowRoot!.innerHTML.includes(KEY),
    ]).to.deep.equal(['', false]);
    await expect(element).to.be.accessible();
    query(element, '#remove').click();
    await element.updateComplete;
    await waitUntil(() => element.shadowRoot!.activeElement?.id === 'file', 'the focus goes on');
    expect([cells(element, 'temperature')[2], settings.configFile]).to.deep.equal([
      'default',
      undefined,
    ]);
  });

  it('refuses a broken one with its position, keeps the text, and takes a fixed one', async () => {
    const { element } = await open();
    await paste(element, '[agent]\nseed = 2');
    const broken = '[agent]\nseed = = 3';
    await paste(element, broken);
    expect(query(element, '#refused').textContent).to.contain('line 2, column 8');
    expect(query<HTMLTextAreaElement>(element, '#text').value).to.equal(broken);
    expect(cells(element, 'seed')[1]).to.equal('2');
    await expect(element).to.be.accessible();
    await paste(element, '[agent]\nseed = -3');
    expect(query(element, '#refused').textContent)
      .to.contain('agent.seed is -3')
      .and.to.contain('4294967295');
    await paste(element, ' ');
    expect(query(element, '#refused').textContent).to.contain('Paste');
    await paste(element, '[agent]\nseed = 3');
    expect([cells(element, 'seed')[1], query(element, '#refused')]).to.deep.equal(['3', null]);
  });

  for (const text of [
    `[agent]\napi_key: "${KEY}"`,
    `[agent]\n"api_key" = ${KEY}`,
    `[agent]\napi_key = """\n${KEY}\n\u0001"""`,
    `[agent]\nAPI-KEY = ${KEY}`,
  ]) {
    const shown = JSON.stringify(text).replace(KEY, '…');
    it(`shows no key if the mistake is in its line: ${shown}`, async () => {
      const { element } = await open();
      await paste(element, text);
      expect(query(element, '#refused').textContent).to.match(/line \d+, column \d+/);
      expect(element.shadowRoot!.innerHTML).not.to.contain(KEY);
    });
  }

  it('takes a dropped file, and refuses one that is too large', async () => {
    const { element } = await open();
    const event = drop(element, new File(['[agent]\nseed = 4'], 'mine.toml'));
    expect(event.defaultPrevented, 'or the browser opens it in place of the page').to.equal(true);
    await waitUntil(() => query(element, '#in-use').textContent!.includes('mine.toml'));
    expect(cells(element, 'seed')[1]).to.equal('4');
    drop(element, new File([new Uint8Array(300_000)], 'weights.onnx'));
    await waitUntil(() => query(element, '#refused'));
    expect(query(element, '#refused').textContent)
      .to.contain('weights.onnx')
      .and.to.contain('300000 bytes');
    expect(cells(element, 'seed')[1]).to.equal('4');
  });

  it('changes nothing during a run', async () => {
    const { settings, element } = await open();
    element.disabled = true;
    await element.updateComplete;
    expect(drop(element, new File(['[agent]\nseed = 4'], 'mine.toml')).defaultPrevented).to.equal(
      true,
    );
    expect(
      [...element.shadowRoot!.querySelectorAll<HTMLInputElement>('button, input, textarea')].every(
        ({ disabled }) => disabled,
      ),
    ).to.equal(true);
    expect(settings.configFile).to.equal(undefined);
    await expect(element).to.be.accessible();
  });
});
