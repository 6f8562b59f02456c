import type { Capability, Model } from '../models/model.js';
import type { Need, Scenario } from '../scenarios/scenario.js';

/** Why a model cannot do a scenario with this need. */
export const untrained = ({ id }: Pick<Model, 'id'>, need: Capability): string =>
  `"${id}" has no ${need} training`;

const OF_THE_MODEL: readonly Need[] = ['chat', 'tools', 'reasoning'] satisfies Capability[];

/** Which scenarios a model can do, by what they need of it. A server or a GPU may still be missing. */
export function scenariosFor(
  { capabilities }: Pick<Model, 'capabilities'>,
  scenarios: readonly Scenario[],
): { able: Scenario[]; unable: { need: Capability; scenario: Scenario }[] } {
  const able: Scenario[] = [];
  const unable: { need: Capability; scenario: Scenario }[] = [];
  for (const scenario of scenarios) {
    const need = scenario.needs?.find(
      (one): one is Capability =>
        OF_THE_MODEL.includes(one) && !capabilities.includes(one as Capability),
    );
    if (need) unable.push({ need, scenario });
    else able.push(scenario);
  }
  return { able, unable };
}
