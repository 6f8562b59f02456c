/** @typedef {import('../../../src/harness/report.js').Report} Report */
/** @typedef {{ name: string, report: Report }} NamedReport */

/**
 * What the reports of one run have in common, and how it is called.
 *
 * @type {[label: string, read: (report: Report) => unknown][]}
 */
const COMMON = [
  ['model', ({ model }) => model.id],
  // A shard in which every scenario was skipped loaded no model, so it has neither.
  ['digest of the model', ({ model }) => model.digest],
  ['dtype', ({ model }) => model.dtype],
  ['device', ({ device }) => device.requested],
  ['seed', ({ seed }) => seed],
  ['server', ({ server }) => server?.url],
  ['number of shards', ({ shard }) => shard?.count],
  ['list of scenarios', ({ shard }) => shard?.scenarios.join(', ')],
];

/** Facts that a report may lack without being of another run. */
const MAY_LACK = ['digest of the model', 'dtype', 'server'];

/**
 * Joins the reports of one run that was split. A shard without a report is one of the joined
 * report's problems, so the run failed.
 *
 * @param {readonly NamedReport[]} files
 * @param {typeof import('../../../src/harness/summarize.js').summarize} summarize
 * @returns {Report}
 * @throws {Error} if the reports are not of one run, or say something about a scenario twice.
 */
export function mergeReports(files, summarize) {
  for (const [label, read] of COMMON) assertSame(files, label, read);
  assertOnce(files);
  const reports = files.map(({ report }) => report);
  const [first] = reports.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  if (!first) throw new Error('There is no report to join');
  const order = first.shard?.scenarios ?? [];
  const results = reports
    .flatMap((report) => report.results)
    .toSorted((a, b) => position(order, a.id) - position(order, b.id));
  const merged = summarize(results, {
    startedAt: first.startedAt,
    durationMs: sum(reports, ({ durationMs }) => durationMs),
    environment: first.environment,
    seed: first.seed,
    server: reports.find(({ server }) => server)?.server,
    expected: order.length || results.length,
    own: { modelId: first.model.id, device: /** @type {any} */ (first.device.requested) },
    inference: {
      tokens: sum(reports, ({ inference }) => inference.tokens),
      remoteTokens: sum(reports, ({ inference }) => inference.remoteTokens),
    },
  });
  const missing = missingShards(reports);
  return missing.length === 0
    ? merged
    : { ...merged, status: 'failed', problems: [...missing, ...merged.problems] };
}

/**
 * @param {readonly NamedReport[]} files
 * @param {string} label
 * @param {(report: Report) => unknown} read
 */
function assertSame(files, label, read) {
  const known = files.filter(
    ({ report }) => read(report) !== undefined || !MAY_LACK.includes(label),
  );
  const [first, ...others] = known;
  const other = others.find(({ report }) => first && read(report) !== read(first.report));
  if (!first || !other) return;
  const say = (/** @type {NamedReport} */ { name, report }) =>
    `${name} has ${read(report) ?? 'none'}`;
  throw new Error(
    `The reports are not of one run, because the ${label} differs: ${say(first)}, ${say(other)}`,
  );
}

/** @param {readonly NamedReport[]} files */
function assertOnce(files) {
  /** @type {Map<string, string>} */
  const seen = new Map();
  for (const { name, report } of files) {
    for (const { id } of report.results) {
      const other = seen.get(id);
      if (other !== undefined)
        throw new Error(
          `The scenario "${id}" is in ${other === name ? `${name} twice` : `${other} and ${name}`}: ` +
            'join each part of the run once',
        );
      seen.set(id, name);
    }
  }
}

/** One sentence for each shard without a report. @param {readonly Report[]} reports */
function missingShards(reports) {
  const known = reports[0]?.shard;
  if (!known) return [];
  const have = new Set(reports.map(({ shard }) => shard?.index));
  return Array.from({ length: known.count }, (_, position) => position + 1)
    .filter((index) => !have.has(index))
    .map((index) => {
      const ids = known.scenarios.filter((_, at) => at % known.count === index - 1);
      return `Shard ${index}/${known.count} is missing. Its scenarios: ${ids.join(', ')}.`;
    });
}

/**
 * @param {readonly string[]} order
 * @param {string} id
 */
function position(order, id) {
  const index = order.indexOf(id);
  return index === -1 ? order.length : index;
}

/**
 * @param {readonly Report[]} reports
 * @param {(report: Report) => number} read
 */
const sum = (reports, read) => reports.reduce((total, report) => total + read(report), 0);
