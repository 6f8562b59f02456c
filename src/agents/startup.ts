import { isConfigured, type SettingsSources } from '../settings/sources.js';
import { isAbortError, toErrorRecord } from '../errors.js';
import type { Agent } from './agent.js';
import { loadAgent, type LoadAgentOptions } from './load-agent.js';
import { validateAgent } from './validate-agent.js';

export type StartupValidation =
  /** Nobody configured a backend: there is nothing to say. */
  | { status: 'none' }
  | {
      status: 'valid';
      backend: Agent['backend'];
      model: string;
      device: Agent['device'];
      reply: string;
      /** What went wrong before something worked: a server that is away, say. */ warning?: string;
    }
  | { status: 'invalid'; /** What is wrong, and what to do. */ reason: string; error: Error };

/**
 * Asks a configured backend something, for when a product starts. Meant for the background: nothing waits for it, and it never throws but
 * for an abort. The agent that it loads is disposed of.
 */
export async function validateStartup(
  sources: SettingsSources,
  options: {
    load?: (options: LoadAgentOptions) => Promise<Agent>;
    validate?: typeof validateAgent;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<StartupValidation> {
  const { load = loadAgent, validate = validateAgent, signal } = options;
  if (!isConfigured(sources)) return { status: 'none' };
  let agent: Agent | undefined;
  try {
    const { argument = {}, ...others } = sources;
    agent = await load({ ...argument, sources: others, signal, onWarning: () => undefined });
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
    return {
      status: 'invalid',
      reason: toErrorRecord(error).message,
      error: error instanceof Error ? error : new Error(toErrorRecord(error).message),
    };
  } finally {
    await agent?.dispose();
  }
}
