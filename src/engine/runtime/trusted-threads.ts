import { trustedScriptUrl } from '../trusted-script-url.js';

/**
 * Lets ONNX Runtime start its threads under Trusted Types: its script gives `Worker` a plain address,
 * which a policy has to vouch for.
 */
export function trustThreads(): void {
  if (!('trustedTypes' in globalThis)) return;
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(script: string | URL, options?: WorkerOptions) {
      super(trustedScriptUrl(String(script)), options);
    }
  };
}
