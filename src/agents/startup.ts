import { isAbortError, toErrorRecord } from '../errors.js';
import { resolveSettings, type SettingsSources } from '../settings/resolve.js';
import type { Agent } from './agent.js';
import { loadAgent, type LoadAgentOptions } from './load-agent.js';
import { validateAgent } from './validate-agent.js';

export type StartupValidation =
  /** No source configures a backend, so there is nothing to validate. */
  | { status: 'none' }
  | {
      status: 'valid';
      backend: Agent['backend'];
      model: string;
      device: Agent['device'];
      reply: string;
      /** Why the first choice failed, for instance a server that did not answer. */
      warning?: string;
    }
  | {
      status: 'invalid';
      /** What is wrong, and what to do. */
      reason: string;
      error: Error;
    };

/**
 * Asks the configured backend something. Call it in the background when a product starts. It
 * disposes of the agent that it loads.
 *
 * @throws `AbortError` only.
 */
export async function validateStartup(
  sources: SettingsSources,
  options: {
    load?: (options: LoadAgentOptions) => Promise<Agent>;
    validate?: typeof validateAgent;
    signal?: AbortSignal;
  } = {},
): Promise<StartupValidation> {
  const { load = loadAgent, validate = validateAgent, signal } = options;
  if (!resolveSettings(sources).configured) return { status: 'none' };
  let agent: Agent | undefined;
  try {
    agent = await load({ sources, signal, onWarning: () => undefined });
    const validation = await validate(agent, { signal });
    const { device, model, backend } = agent;
    if (!validation.valid)
      return {
        status: 'invalid',
        reason: `"${model.id}" on ${device.url ?? device.actual}: ${validation.reason}`,
        error: validation.error ?? new Error(validation.reason),
      };
    const failed = device.attempts.find(
      ({ outcome, device: tried }) => outcome === 'failed' && tried === 'remote',
    );
    return {
      status: 'valid',
      backend,
      model: model.id,
      device,
      reply: validation.reply,
      ...(failed
        ? { warning: `${failed.error?.message} The model runs in this page instead.` }
        : {}),
    };
  } catch (error) {
    if (isAbortError(error)) throw error;
    const { message } = toErrorRecord(error);
    return {
      status: 'invalid',
      reason: message,
      error: error instanceof Error ? error : new Error(message),
    };
  } finally {
    await agent?.dispose();
  }
}
