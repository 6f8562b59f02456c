import type { AgentLoader } from '../agents/agent-loader.js';
import { type PageDevice, pageDevices } from '../engine/ladder.js';
import { isAbortError, UnmockedError } from '../errors.js';
import type { Model } from '../models/model.js';
import { resolveModel } from '../models/registry.js';
import { withTraining } from '../models/trained-for.js';
import type { EnvironmentInfo } from '../scenarios/environment-info.js';
import type { Server } from '../scenarios/server.js';
import { realSubject, type Subject } from '../scenarios/subject.js';
import { readEnvironment } from '../settings/environment.js';
import type { RunEvent } from './report.js';
import type { RunOptions } from './run-options.js';
import { type PageServer, startPageServer } from './page-server.js';
import { WarmEngine } from './warm-engine.js';

/** The choices of a run, validated and with defaults. */
export interface RunChoices {
  readonly options: RunOptions;
  readonly model: Model;
  readonly device: PageDevice;
  readonly seed: number;
  readonly subject: Subject;
  /** Loads the agent under test. Undefined: this page's model. */
  readonly loadAgent?: AgentLoader;
  emit(event: RunEvent): void;
}

/** What all scenarios of a run share. */
export interface RunSetup extends RunChoices {
  readonly environment: EnvironmentInfo;
  /** The server under test, or the reason why there is none. */
  readonly server: Server | { reason: string };
  /** Starts a server in this page for one scenario, if the run is to use one. */
  readonly startServer?: () => Promise<PageServer>;
  readonly warm: WarmEngine;
}

/**
 * Validates the options of a run.
 *
 * @throws UnmockedError `invalid-argument` or `unknown-model`.
 */
export function readOptions(options: RunOptions): RunChoices {
  assertAgentAlone(options);
  const device = options.device ?? 'auto';
  if (!pageDevices.includes(device))
    throw new UnmockedError(
      'invalid-argument',
      `device is "${String(device)}". Allowed: ${pageDevices.join(', ')}.`,
    );
  const seed = options.seed ?? (options.agent ? drawSeed() : 0);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new UnmockedError(
      'invalid-argument',
      `seed is ${seed}. Allowed: a whole number from 0 to 4294967295.`,
    );
  return {
    options,
    model: withTraining(resolveModel(options.model ?? 'unmocked-tiny', { hub: options.hubUrl })),
    device,
    seed,
    subject: options.subject ?? realSubject,
    loadAgent: options.agent,
    emit(event) {
      try {
        options.onEvent?.(event);
      } catch (error) {
        reportError(error); // a failing listener must not fail the run
      }
    },
  };
}

const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

/** The choices of this page's own model. They would say nothing about somebody else's agent. */
const OWN_CHOICES = ['model', 'hubUrl', 'device', 'server'] as const;

function assertAgentAlone(options: RunOptions): void {
  const { agent } = options;
  if (agent === undefined) return;
  if (typeof agent !== 'function')
    throw new UnmockedError(
      'invalid-argument',
      `agent is ${typeof agent}. Allowed: a function that loads an agent, such as () => loadAgent().`,
    );
  const ignored = OWN_CHOICES.filter(
    (name) => options[name] !== undefined && options[name] !== null,
  );
  if (ignored.length > 0)
    throw new UnmockedError(
      'invalid-argument',
      `The option "agent" stands beside ${ignored.join(', ')}, which would be ignored: they choose ` +
        "this page's own model. Leave them out, and give them to what loads the agent.",
    );
}

/**
 * Examines the environment and looks for the server.
 *
 * @throws whatever `subject.describe` throws, and UnmockedError `invalid-argument` for impossible
 *   server settings.
 */
export async function setUpRun(choices: RunChoices): Promise<RunSetup> {
  const { options, model, device, subject } = choices;
  return {
    ...choices,
    ...(options.server === 'in-page'
      ? { startServer: () => startPageServer(model, device, options.signal) }
      : {}),
    environment: await subject.describe(),
    server: choices.loadAgent
      ? { reason: "the run tests somebody else's agent" }
      : await lookForServer(choices),
    warm: new WarmEngine(() =>
      subject.loadAgent({ model, backend: 'local', device, signal: options.signal }),
    ),
  };
}

/** An unreachable server is not an error of the run: scenarios that need it are skipped. */
async function lookForServer({
  options: { server, signal },
  subject,
  model,
}: RunChoices): Promise<RunSetup['server']> {
  if (server === 'in-page') return { reason: 'the server in this page has no socket' };
  const environment = server === undefined ? readEnvironment() : {};
  const settings =
    server ??
    (environment.apiUrl
      ? { apiUrl: environment.apiUrl, apiKey: environment.apiKey, model: environment.model }
      : undefined);
  if (!settings) return { reason: 'no API URL is set (npm run serve:openai starts a server)' };
  try {
    return await subject.findServer(settings, { preferred: model.id, signal });
  } catch (error) {
    if (isAbortError(error)) return { reason: 'the run was stopped' };
    throw error;
  }
}
