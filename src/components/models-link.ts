import { texts } from './texts.js';
import type { UnmockedHarness } from './unmocked-harness.js';

/** The address of the page of models. No scenario has this id. */
export const MODELS = '#models';

/**
 * Shows the page of models in place of the harness while the address says so. The harness stays as it
 * is, a run included. The code of the page loads with the first visit.
 */
export function linkToModels(harness: UnmockedHarness): void {
  const title = document.title;
  let page: HTMLElement | undefined;
  let shown = false;
  /** How far the harness was scrolled. */
  let scrolled = 0;
  const show = async () => {
    const wanted = location.hash === MODELS;
    if (wanted === shown) return;
    shown = wanted;
    if (wanted) scrolled = scrollY;
    if (wanted && !page) {
      const { createModelsPage } = await import('./models-page.js');
      page ??= createModelsPage(harness);
      harness.before(page);
    }
    for (const other of harness.parentElement?.children ?? [])
      (other as HTMLElement).hidden = other === page ? !shown : shown;
    document.title = shown ? `${texts.page.models}: ${title}` : title;
    if (shown) {
      page?.querySelector('h1')?.focus();
      scrollTo(0, 0);
      await page?.querySelector('unmocked-models')?.refresh();
    } else {
      harness.shadowRoot?.getElementById('models')?.focus({ preventScroll: true });
      scrollTo(0, scrolled);
    }
  };
  const update = () => {
    if (harness.isConnected) show().catch((error: Error) => reportError(error));
  };
  addEventListener('popstate', update);
  addEventListener('hashchange', update);
  update();
}
