import type { Need, Scenario } from '../scenarios/scenario.js';
import { untrained } from './model-scenarios.js';
import type { RunSetup } from './run-setup.js';

/** What a scenario needs of the machine, whatever agent the run has. */
const MACHINE_NEEDS: readonly Need[] = ['webgpu', 'cross-origin-isolation'];

/** Why a run cannot offer what a scenario needs; undefined when it can. */
export function missingNeed(
  { needs = [], suite = 'page' }: Scenario,
  run: RunSetup,
): string | undefined {
  const { loadAgent } = run;
  if (loadAgent && suite === 'page') return 'tests what Unmocked itself promises, not an agent';
  for (const need of loadAgent ? needs.filter((one) => MACHINE_NEEDS.includes(one)) : needs) {
    const reason = whyMissing(need, run);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function whyMissing(
  need: Need,
  { model, environment, server, startServer }: RunSetup,
): string | undefined {
  switch (need) {
    case 'webgpu':
      return environment.webgpu.adapter ? undefined : `needs WebGPU: ${environment.webgpu.reason}`;
    case 'cross-origin-isolation':
      return environment.crossOriginIsolated
        ? undefined
        : 'needs cross-origin isolation (COOP and COEP headers)';
    case 'remote':
    case 'faults':
      if (startServer)
        return need === 'faults'
          ? 'needs a server with a socket: npm start and npm run serve:openai have one'
          : undefined;
      if ('reason' in server) return `needs an OpenAI-compatible server: ${server.reason}`;
      return need === 'faults' && !server.faults
        ? `${server.apiUrl} cannot simulate faults, as npm run serve:openai can`
        : undefined;
    default:
      return model.capabilities.includes(need) ? undefined : untrained(model, need);
  }
}
