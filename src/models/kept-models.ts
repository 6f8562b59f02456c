import type { ModelConfigFacts } from './model-config.js';
import type { Capability, Model, ModelFile, ModelVariant } from './model.js';

/**
 * Models that the user gave this browser by hand, from a folder. Their files are in the model store,
 * by digest (`engine/keep-folder.ts`). What they are is remembered here, so that a name such as
 * `local:my-model` resolves without a request, as any other reference does.
 */

/** The start of such a model's id. No hub id and no URL begins with it. */
export const LOCAL = 'local:';
const KEY = 'unmocked-local-models';

/** What is remembered of a model. */
export interface KeptModel {
  id: string;
  /** When it was kept; milliseconds since 1970. */
  keptAt: number;
  /** Every file has its length and its digest. */
  files: Record<string, Required<Pick<ModelFile, 'bytes' | 'sha256'>>>;
  variants: ModelVariant[];
  capabilities: Capability[];
  promptFormat: Model['promptFormat'];
  config: ModelConfigFacts;
}

/** The newest first. None where this page may keep nothing, or has no such storage. */
export function keptModels(): KeptModel[] {
  try {
    const kept: unknown = JSON.parse(globalThis.localStorage?.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isKeptModel) : [];
  } catch {
    return [];
  }
}

/** The model with this id; undefined if it is not kept. */
export function keptModel(id: string): Model | undefined {
  const kept = keptModels().find((one) => one.id === id);
  if (!kept) return undefined;
  const { keptAt: _, config, ...model } = kept;
  return {
    ...model,
    contextWindow: config.contextWindow,
    title: id.slice(LOCAL.length),
    description: 'From a folder of this computer. This browser keeps its files.',
    source: { kind: 'kept' },
  };
}

/** Replaces a model with the same id. @throws what the browser throws if it keeps nothing. */
export function rememberModel(model: KeptModel): void {
  save([model, ...keptModels().filter(({ id }) => id !== model.id)]);
}

export function forgetModel(id: string): void {
  save(keptModels().filter((one) => one.id !== id));
}

const save = (models: readonly KeptModel[]): void =>
  localStorage.setItem(KEY, JSON.stringify(models));

/** Whoever can write this storage is this origin's own code, of this version or of another one. */
function isKeptModel(value: unknown): value is KeptModel {
  const { id, files, variants, capabilities, config } = (value ?? {}) as Partial<KeptModel>;
  return (
    typeof id === 'string' &&
    id.startsWith(LOCAL) &&
    typeof files === 'object' &&
    files !== null &&
    Array.isArray(variants) &&
    Array.isArray(capabilities) &&
    typeof config === 'object'
  );
}
