import { fetched } from '../fetched.js';

/** Code that is fetched when it is needed. An entry of the package may bring it along. */
export interface LateCode<T> {
  now: T | undefined;
  /** @throws UnmockedError `network` */
  load(): Promise<T>;
}

export function lateCode<T>(load: () => Promise<T>): LateCode<T> {
  const code: LateCode<T> = {
    now: undefined,
    load: async () => (code.now ??= await fetched(load())),
  };
  return code;
}
