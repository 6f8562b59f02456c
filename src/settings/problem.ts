import { toErrorRecord } from '../errors.js';

/** Something wrong with a source of settings, or with a run. A run goes on despite a warning. */
export interface Problem {
  kind: 'error' | 'warning';
  text: string;
}

export const warning = (text: string): Problem => ({ kind: 'warning', text });

export const problemOf = (error: unknown): Problem => ({
  kind: 'error',
  text: toErrorRecord(error).message,
});
