import { formatDuration, formatValue } from '../format.js';
import type { Report, ScenarioResult } from '../harness/report.js';

/** A report as Markdown, for an issue, a pull request or a job's summary. */
export function toMarkdown(report: Report): string {
  const { results, problems } = report;
  return `${[
    `# Unmocked: ${report.status}`,
    summary(report),
    problems.map((problem) => `- ${escape(problem)}`).join('\n'),
    table(results),
    ...results.filter(isBad).map(details),
    skips(results),
  ]
    .filter(Boolean)
    .join('\n\n')}\n`;
}

const isBad = ({ status }: ScenarioResult): boolean =>
  status === 'failed' || status === 'timed-out';

function summary({
  totals,
  durationMs,
  model,
  inference,
  seed,
  startedAt,
  results,
}: Report): string {
  const { total, ...statuses } = totals;
  const counts = Object.entries(statuses)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  const device = results.find((result) => result.device)?.device?.actual;
  const remote = inference.remoteTokens > 0 ? `, ${inference.remoteTokens} by the server` : '';
  return [
    `${counts.join(', ')} of ${total} in ${formatDuration(durationMs)}, ${startedAt}.`,
    `${[model.id, model.dtype, device, `seed ${seed}`].filter(Boolean).join(', ')}.`,
    `${inference.tokens} tokens computed in the page${remote}; evidence: ${inference.kind}.`,
    ...(model.digest ? [`Weights: \`${model.digest}\`.`] : []),
  ]
    .map(escapeText)
    .join('  \n');
}

function table(results: readonly ScenarioResult[]): string {
  const rows = results.map(
    ({ id, status, checks, durationMs, evidence }) =>
      `| ${cell(id)} | ${status} | ${checks.length} | ${evidence.tokensComputed} | ` +
      `${formatDuration(durationMs)} |`,
  );
  return ['| scenario | status | checks | tokens | time |', '| --- | --- | --- | --- | --- |']
    .concat(rows)
    .join('\n');
}

function details({ id, title, reason, checks, error }: ScenarioResult): string {
  const failed = checks.filter(({ status }) => status === 'failed');
  return [
    `## ${escape(id)}: ${escape(title)}`,
    reason ? escape(reason) : '',
    failed
      .map(
        ({ name, actual, expected }) =>
          `- ${escape(name)}\n  - actual: ${code(formatValue(actual))}\n` +
          `  - expected: ${code(formatValue(expected))}`,
      )
      .join('\n'),
    error ? fenced(error.stack ?? error.message) : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** Scenarios that were skipped or did not run, once for each reason. */
function skips(results: readonly ScenarioResult[]): string {
  const byReason = new Map<string, string[]>();
  for (const { id, status, reason = 'no reason' } of results)
    if (status === 'skipped' || status === 'not-run')
      byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  return [...byReason]
    .map(([reason, ids]) => `- ${escape(reason)}: ${ids.map(escape).join(', ')}`)
    .join('\n');
}

/** Markdown's own characters, and HTML's: replies and messages can hold anything. */
const escape = (text: string): string => escapeText(text).replaceAll(/[\\`*_[\]|#]/g, '\\$&');
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ');
const cell = (text: string): string => escape(text);

/** Longer than any run of backticks in the text. */
const fence = (text: string, least: number): string =>
  '`'.repeat(Math.max(least, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
const code = (text: string): string => {
  const ticks = fence(text, 1);
  return `${ticks} ${text.replaceAll(/\s+/g, ' ')} ${ticks}`;
};
const fenced = (text: string): string => {
  const ticks = fence(text, 3);
  return `${ticks}text\n${text}\n${ticks}`;
};
