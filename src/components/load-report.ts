import { fetched } from '../fetched.js';
import { define } from './define.js';

/**
 * Defines `<unmocked-report>` and `<unmocked-timings>`. They show nothing before the first run, so their
 * code loads with that.
 *
 * @throws UnmockedError `network`
 */
export async function loadReport(): Promise<void> {
  const [{ UnmockedReport }, { UnmockedTimings }] = await fetched(
    Promise.all([import('./unmocked-report.js'), import('./charts/unmocked-timings.js')]),
  );
  define({ 'unmocked-report': UnmockedReport, 'unmocked-timings': UnmockedTimings });
}
