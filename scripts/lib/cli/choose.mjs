import { UsageError } from '../command.mjs';

/**
 * The ids of the scenarios that the options choose, in the page's order.
 *
 * @param {readonly import('../scenarios/page-run.mjs').ListedScenario[]} scenarios
 * @param {{ run: string, tags?: string | undefined, agent: boolean }} options `agent`: only
 *   scenarios that test anybody's agent.
 * @throws {UsageError} for an unknown id, and if nothing is left.
 */
export function chooseScenarios(scenarios, { run, tags, agent }) {
  const split = (/** @type {string} */ text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  const asked = run === 'all' ? undefined : split(run);
  const wanted = tags === undefined ? undefined : split(tags);
  const unknown = asked?.find((id) => !scenarios.some((scenario) => scenario.id === id));
  if (unknown !== undefined)
    throw new UsageError(
      `--run: there is no scenario "${unknown}". ` +
        `Allowed: all, or some of ${scenarios.map(({ id }) => id).join(', ')}`,
    );
  const pageOnly = agent
    ? scenarios.filter(({ id, suite }) => asked?.includes(id) && suite !== 'agent')
    : [];
  if (pageOnly.length > 0)
    throw new UsageError(
      `--run: ${pageOnly.map(({ id }) => id).join(', ')} tests this page's own model, ` +
        'so it cannot run with --agent',
    );
  const chosen = scenarios.filter(
    ({ id, suite, tags: own }) =>
      (!agent || suite === 'agent') &&
      (!asked || asked.includes(id)) &&
      (!wanted || wanted.some((tag) => own.includes(tag))),
  );
  if (chosen.length > 0) return chosen.map(({ id }) => id);
  throw new UsageError(`No scenario has one of the tags ${tags}: choose other --tags, or none`);
}
