import type { ModelConfigFacts } from './model-config.js';
import type { Model, ModelFile } from './model.js';

/**
 * Models that the user gave this browser by hand, from a folder. Their files are in the model store,
 * by digest (`engine/keep-folder.ts`). What they are is remembered here, so that a name such as
 * `local:my-model` resolves without a request, as any other reference does.
 */

/** The start of such a model's id. No hub id and no URL begins with it. */
export const LOCAL = 'local:';
const KEY = 'unmocked-local-models';

/** What is remembered of a model. Every file has its length and its digest. */
export interface KeptModel extends Model {
  files: Record<string, Required<Pick<ModelFile, 'bytes' | 'sha256'>>>;
  config: ModelConfigFacts;
  /** When it was kept; milliseconds since 1970. */
  keptAt: number;
}

/** The newest first. None where this page may keep nothing, or has no such storage. */
export function keptModels(): KeptModel[] {
  try {
    return (JSON.parse(localStorage.getItem(KEY)!) as KeptModel[] | null) ?? [];
  } catch {
    return [];
  }
}

/** Replaces a model with the same id. @throws what the browser throws if it keeps nothing. */
export const rememberModel = (model: KeptModel): void =>
  save([model, ...keptModels().filter(({ id }) => id !== model.id)]);

export const forgetModel = (forgotten: string): void =>
  save(keptModels().filter(({ id }) => id !== forgotten));

const save = (models: readonly KeptModel[]): void =>
  localStorage.setItem(KEY, JSON.stringify(models));
