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
  /** The project's folder, which contains `public/models/` and `.cache/`. */
  root: string;
}
