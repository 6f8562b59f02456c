import type { Agent } from '../agents/agent.js';
import type { LoadAgentOptions } from '../agents/load-agent.js';
import { ledger } from '../engine/ledger.js';
import { toErrorRecord, UnmockedError } from '../errors.js';
import { type Check, type ScenarioContext, SkipScenario } from '../scenarios/scenario.js';
import { observe } from './observe.js';
import { secretOf, withoutSecret } from './redact.js';
import type { ScenarioResult } from './report.js';
import type { Run } from './run.js';

/** What a scenario is given, and what the harness keeps of it. */
export interface Watched {
  readonly context: ScenarioContext;
  /** No check counts from now on, and every agent that was loaded is disposed of. */
  end(): Promise<void>;
}

/** Writes what a scenario does into `result`, and tells the run's listener as it happens. */
export function createContext(run: Run, result: ScenarioResult, signal: AbortSignal): Watched {
  const { model, device, seed, subject, server, emit, options } = run;
  const { id } = result;
  const secret = secretOf(run.server);
  const before = { ...ledger };
  const agents: Agent[] = [];
  let exchanges = 0;
  let ended = false;

  const addCheck = (check: Check) => {
    if (ended) return; // a scenario that was given up no longer speaks
    const plain = {
      ...check,
      ...('actual' in check ? { actual: toPlain(check.actual) } : {}),
      ...('expected' in check ? { expected: toPlain(check.expected) } : {}),
    };
    const shown = withoutSecret(plain, secret);
    result.checks.push(shown);
    emit({ type: 'check', id, check: shown });
  };

  const watch = (agent: Agent): Agent => {
    agents.push(agent);
    if (ended) void agent.dispose(); // it was still loading when the scenario was given up
    // The first agent is the run's own; later ones may be loaded on other devices on purpose.
    if (agents.length === 1) describeAgent(result, agent);
    return observe(agent, (message) => {
      const exchange = exchanges++;
      emit({ type: 'exchange', id, exchange, message });
      return {
        onToken: ({ tokenId, text }) => emit({ type: 'token', id, exchange, tokenId, text }),
        onResponse: ({ metadata }) => {
          const { prompt, text, promptTokenIds, outputTokenIds, usage, finishReason, timings } =
            metadata;
          if (!ended)
            result.evidence.exchanges.push({
              ...(agent.device.url ? { url: agent.device.url } : {}),
              message,
              prompt,
              text,
              promptTokenIds,
              outputTokenIds,
              prefilledTokens: usage.prefilledTokens,
              finishReason,
              seed: metadata.seed,
              timings,
            });
        },
      };
    });
  };

  /** Nothing but what the scenario and the run say decides what is loaded. */
  const load = async (loadOptions: LoadAgentOptions): Promise<Agent> =>
    watch(
      await subject.loadAgent({
        seed,
        signal,
        sources: { environment: {} },
        ...loadOptions,
        onProgress: (progress) => {
          emit({ type: 'progress', id, ...progress });
          loadOptions.onProgress?.(progress);
        },
        onAttempt: (attempt) => {
          emit({ type: 'attempt', id, attempt });
          loadOptions.onAttempt?.(attempt);
        },
      }),
    );

  const context: ScenarioContext = {
    subject,
    model,
    device,
    seed,
    signal,
    reference: {
      model: typeof options.model === 'string' ? options.model : model.id,
      hubUrl: options.hubUrl,
    },
    observe: watch,
    get server() {
      if ('reason' in server)
        throw new UnmockedError(
          'unsupported',
          `There is no server: ${server.reason}. Say that the scenario needs "remote".`,
        );
      return server;
    },
    async load(loadOptions = {}) {
      const agent = await load({ model, backend: 'local', device, ...loadOptions });
      const { pool, model: otherModel, device: otherDevice, dtype } = loadOptions;
      if (!pool && !otherModel && !otherDevice && !dtype && agent.backend === 'local')
        await run.warm.hold();
      return agent;
    },
    loadRemote(loadOptions = {}) {
      const { apiUrl, apiKey, model: served } = context.server;
      return load({ backend: 'remote', apiUrl, apiKey, model: served, ...loadOptions });
    },
    check(name, holds, facts = {}) {
      addCheck({ name, status: holds ? 'passed' : 'failed', ...facts });
      return holds;
    },
    equal(name, actual, expected) {
      return this.check(
        name,
        Object.is(actual, expected) ||
          (isJson(actual) &&
            isJson(expected) &&
            JSON.stringify(actual) === JSON.stringify(expected)),
        { actual, expected },
      );
    },
    async rejects(name, work, expected, holds) {
      try {
        const value = await work();
        addCheck({
          name,
          status: 'failed',
          actual: `no error, but ${JSON.stringify(value)?.slice(0, 200) ?? 'nothing'}`,
          expected,
        });
        return undefined;
      } catch (error) {
        if (signal.aborted) throw error;
        const { name: errorName, message, code } = toErrorRecord(error);
        addCheck({
          name,
          status: holds(error as Error) ? 'passed' : 'failed',
          actual: `${code ?? errorName}: ${message}`,
          expected,
        });
        return error as Error;
      }
    },
    skipCheck: (name, reason) => addCheck({ name, status: 'skipped', reason }),
    skip(reason): never {
      throw new SkipScenario(reason);
    },
    metric(name, value) {
      result.metrics[name] = value;
    },
    tokensComputed: () => ledger.tokens - before.tokens,
    remoteTokensComputed: () => ledger.remoteTokens - before.remoteTokens,
  };
  return {
    context,
    async end() {
      ended = true;
      await Promise.allSettled(agents.map((agent) => agent.dispose()));
    },
  };
}

function describeAgent(result: ScenarioResult, { device, model }: Agent): void {
  result.device = { requested: device.requested, actual: device.actual, attempts: device.attempts };
  Object.assign(result.evidence, {
    modelDigest: model.digest,
    dtype: model.dtype,
    modelBytes: model.bytes,
    device: device.actual,
    adapter: device.adapter,
    threads: device.threads,
  });
}

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false; // it holds itself, or a BigInt
  }
}

/** Checks are in the report, which is JSON; numbers that JSON does not have are kept as texts. */
function toPlain(value: unknown): unknown {
  if (value === undefined) return undefined;
  return isJson(value) && !(typeof value === 'number' && !Number.isFinite(value))
    ? value
    : String(value);
}
