import { UnmockedError } from './errors.js';

/**
 * Code that is fetched only when something needs it, with an error that says what to do where it does not come. The next call tries anew.
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
      `A part of this page's code could not be loaded: ${(cause as Error).message}. Try again; if that does not help, load the page again, for it may have been replaced by a newer one.`,
      { cause },
    );
  }
}
