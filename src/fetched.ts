import { UnmockedError } from './errors.js';

/**
 * Waits for code that is loaded on demand, and explains what to do if it does not arrive. The next
 * call tries again.
 *
 * @example const { runScenarios } = await fetched(import('./harness/run.js'));
 *
 * @throws UnmockedError `network`
 */
export async function fetched<T>(code: Promise<T>): Promise<T> {
  try {
    return await code;
  } catch (cause) {
    throw new UnmockedError(
      'network',
      `A part of this page's code could not be loaded: ${(cause as Error).message}. ` +
        'Try again. If that does not help, reload the page: there may be a newer version.',
      { cause },
    );
  }
}
