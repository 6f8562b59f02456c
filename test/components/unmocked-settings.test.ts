import { expect, fixture, html, waitUntil } from '@open-wc/testing';
import '../../src/components/index.js';
import type { UnmockedSettings } from '../../src/components/unmocked-settings.js';

const about = (element: UnmockedSettings) => element.shadowRoot!.querySelector('#about')!.textContent!;

describe('<unmocked-settings>', () => {
  it('says the size of a model that only the hub knows, before anything is downloaded', async () => {
    const element = await fixture<UnmockedSettings>(html`<unmocked-settings model="unmocked/tiny" hub=${`${location.origin}/__hub/`}></unmocked-settings>`);
    await expect(element).to.be.accessible();
    await waitUntil(() => about(element).includes('1.4 MB on WASM') || about(element).includes('1.4 MB for WASM'), about(element));
    expect(about(element)).to.include('4.0 MB');
  });

  it('says that a size is not known where the hub does not list it', async () => {
    const element = await fixture<UnmockedSettings>(html`<unmocked-settings model="nobody/nothing" hub=${`${location.origin}/__hub/`}></unmocked-settings>`);
    expect(about(element)).to.match(/known only when it begins|does not say beforehand/);
  });
});
