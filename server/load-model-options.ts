import type { Dtype } from '../src/models/model.js';

/** The dtype that the server loads if nobody chooses one. */
export const defaultDtype: Dtype = 'q8';

export interface LoadModelOptions {
  /**
   * A registry id, a hub id (`owner/name`, `owner/name@revision`), or the path of a folder in the
   * hub's layout.
   */
  model: string;
  /** Default {@link defaultDtype}. */
  dtype?: Dtype;
  /** The project's folder, below which the other folders are by default. */
  root: string;
  /** Holds the bundled models, a folder each. Default: `public/models/`. */
  modelsFolder?: string;
  /** Keeps what is downloaded from the hub. Default: `.cache/transformers/`. */
  cacheFolder?: string;
}
