import type { Agent, Claim } from '../agents/agent.js';
import { UnmockedError } from '../errors.js';

/**
 * Examines what the run's `agent` gave.
 *
 * @throws UnmockedError `invalid-argument` if it is no agent.
 */
export function assertAgent(value: Agent): Agent {
  const missing = (['invoke', 'stream', 'dispose'] as const).filter(
    (name) => typeof value?.[name] !== 'function',
  );
  if (missing.length === 0 && Array.isArray(value.claims)) return value;
  throw new UnmockedError(
    'invalid-argument',
    `The option "agent" gave ${value === undefined ? 'nothing' : 'an object'} without ` +
      `${[...missing, 'claims'].join(', ')}. Allowed: an Agent, such as loadAgent() or an adapter ` +
      'gives.',
  );
}

/** Says which of the claims an agent lacks. Undefined if it lacks none. */
export function notClaimed(agent: Agent, claims: readonly Claim[] = []): string | undefined {
  const missing = claims.filter((claim) => !agent.claims.includes(claim));
  return missing.length > 0
    ? `"${agent.model.id}" does not claim ${missing.join(', ')}`
    : undefined;
}
