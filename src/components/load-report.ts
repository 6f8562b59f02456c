import { fetched } from '../fetched.js';
import { define } from './define.js';

/**
 * Defines the elements that show nothing before the first run, so their code loads with that: the
 * report, its timings, and how it prints.
 *
 * @throws UnmockedError `network`
 */
export async function loadReport(): Promise<void> {
  const [{ UnmockedReport }, { UnmockedTimings }, { UnmockedPrint }] = await fetched(
    Promise.all([
      import('./unmocked-report.js'),
      import('./charts/unmocked-timings.js'),
      import('./unmocked-print.js'),
    ]),
  );
  define({
    'unmocked-report': UnmockedReport,
    'unmocked-timings': UnmockedTimings,
    'unmocked-print': UnmockedPrint,
  });
}
