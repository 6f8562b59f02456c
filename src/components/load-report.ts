import { fetched } from '../fetched.js';

/**
 * Defines `<unmocked-report>`. It shows nothing before the first run, so its code loads with that.
 *
 * @throws UnmockedError `network`
 */
export async function loadReport(): Promise<void> {
  const { UnmockedReport } = await fetched(import('./unmocked-report.js'));
  if (!customElements.get('unmocked-report'))
    customElements.define('unmocked-report', UnmockedReport);
}
