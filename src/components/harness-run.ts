import { UnmockedError } from '../errors.js';
import type { Report, RunEvent } from '../harness/report.js';
import type { RunOptions } from '../harness/run-options.js';
import { runInTurn } from '../harness/run-queue.js';
import type { Scenario } from '../scenarios/scenario.js';
import { hasTag } from '../settings/url-parameters.js';
import { runSettings } from '../settings/run-settings.js';
import type { SettingsStore } from '../settings/settings-store.js';
import { runServer } from './run-server.js';

/** What an element shows, and runs: its scenarios with one of the tags, and for an agent. */
export const offered = ({
  scenarios,
  tags,
  agent,
}: {
  scenarios: readonly Scenario[];
  tags: readonly string[];
  agent: RunOptions['agent'];
}): Scenario[] =>
  scenarios.filter((scenario) => hasTag(scenario, tags) && (!agent || scenario.suite === 'agent'));

/**
 * The scenarios of a run.
 *
 * @throws UnmockedError `invalid-argument` for an unknown id, or if none is left.
 */
export function chosenOf(
  all: readonly Scenario[],
  shown: readonly Scenario[],
  ids: readonly string[] | undefined,
): Scenario[] {
  const unknown = ids?.find((id) => !all.some((scenario) => scenario.id === id));
  if (unknown !== undefined)
    throw new UnmockedError(
      'invalid-argument',
      `There is no scenario "${unknown}". Allowed: ${all.map(({ id }) => id).join(', ')}.`,
    );
  const chosen = shown.filter(({ id }) => !ids || ids.includes(id));
  if (chosen.length === 0)
    throw new UnmockedError(
      'invalid-argument',
      'There is no scenario to run. Choose an id or a tag that has one.',
    );
  return chosen;
}

/**
 * What a run tests: the settings' model and server, or an agent of the page's.
 *
 * @throws the error of a setting that is not allowed.
 */
export function testedBy(
  { resolved, sources, argumentError }: SettingsStore,
  agent: RunOptions['agent'],
): Partial<RunOptions> {
  if (argumentError) throw argumentError;
  const settings = runSettings(resolved, sources);
  if (agent) return { agent, seed: settings.seed };
  return { ...settings, server: runServer(settings.server) };
}

/** Runs scenarios in turn, after the other runs of the page. */
export const startRun = (
  tested: Partial<RunOptions>,
  options: {
    scenarios: readonly Scenario[];
    subject: RunOptions['subject'];
    signal: AbortSignal;
    onEvent: (event: RunEvent) => void;
  },
): Promise<Report> => runInTurn({ ...tested, ...options });
