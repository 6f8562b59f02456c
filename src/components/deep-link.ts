import type { UnmockedHarness } from './unmocked-harness.js';

/**
 * Keeps the chosen scenario in the address, as `#streaming`. Back and forward choose again. A fragment
 * that names no scenario is somebody else's, and is left alone.
 */
export function linkToScenarios(harness: UnmockedHarness): void {
  const read = () => {
    const id = idIn(location.hash);
    const known = harness.scenarios.some((scenario) => scenario.id === id);
    if (known || id === '') harness.selected = id;
  };
  read();
  addEventListener('popstate', () => {
    if (harness.isConnected) read();
  });
  harness.addEventListener('unmocked-select', ({ target, detail: { id, moved } }) => {
    if (target !== harness || id === idIn(location.hash)) return;
    const url = new URL(location.href);
    url.hash = id;
    // `new URL` keeps an empty "#".
    const address = id ? url.href : url.href.replace(/#$/, '');
    if (moved) history.replaceState(history.state, '', address);
    else history.pushState(history.state, '', address);
  });
}

function idIn(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return '';
  }
}
