import { readFile } from 'node:fs/promises';
import { readCommandLine, string } from '../command-line.mjs';
import { toError, UsageError } from '../command.mjs';
import { writeOutput } from '../write-output.mjs';
import { mergeReports } from './merge-reports.mjs';
import { totalsLine } from './run.mjs';

/** @typedef {import('../../../src/harness/report.js').Report} Report */

/**
 * Joins the reports of one run that was split. Exit status 0 if the whole run passed.
 *
 * @param {readonly string[]} args
 * @param {{ command: string, tables: typeof import('../tables.js') }} context
 */
export async function mergeCommand(args, { command, tables }) {
  const { values, positionals, usage } = readCommandLine(
    {
      command,
      positionals: true,
      options: {
        json: string({ value: 'FILE', help: 'writes the joined report' }),
        junit: string({ value: 'FILE', help: 'writes JUnit XML' }),
      },
    },
    args,
  );
  if (positionals.length === 0)
    throw new UsageError(`There is no report to join: name the files of --json\n${usage}`);
  const files = await Promise.all(
    positionals.map(async (name) => ({ name, report: await readReport(name) })),
  );
  const report = mergeReports(files, tables.summarize);
  if (values.json) await writeOutput(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.junit) await writeOutput(values.junit, tables.toJUnit(report));
  for (const problem of report.problems) console.error(`error: ${problem}`);
  console.log(totalsLine(report));
  console.log(report.status);
  process.exitCode = report.status === 'passed' ? 0 : 1;
}

/**
 * @param {string} file
 * @returns {Promise<Report>}
 * @throws {Error} that names the file.
 */
async function readReport(file) {
  try {
    const report = JSON.parse(await readFile(file, 'utf8'));
    if (report?.schema !== 'unmocked/1')
      throw new Error(`its "schema" is ${JSON.stringify(report?.schema)}, not "unmocked/1"`);
    if (!Array.isArray(report.results)) throw new Error('it has no "results"');
    return report;
  } catch (cause) {
    throw new Error(`${file} is no report of Unmocked: ${toError(cause).message}`, { cause });
  }
}
