import { fetched } from '../fetched.js';
import type * as scenarioDetails from './scenario-details.js';

type DetailsCode = typeof scenarioDetails;

/** The code that shows a result in full. It loads with the first run. */
export const detailsCode: {
  now: DetailsCode | undefined;
  load(): Promise<DetailsCode>;
} = {
  now: undefined,
  /** @throws UnmockedError `network` */
  load: async () => (detailsCode.now ??= await fetched(import('./scenario-details.js'))),
};
