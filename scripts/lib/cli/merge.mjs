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
        markdown: string({ value: 'FILE', help: 'writes Markdown' }),
      },
    },
    args,
  );
  if (positionals.length === 0)
    throw new UsageError(`There is no report to join: name the files of --json\n${usage}`);
  const files = await Promise.all(
    positionals.map(async (name) => ({ name, report: await reportIn(name, tables.readReport) })),
  );
  const report = mergeReports(files, tables.summarize);
  if (values.json) await writeOutput(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.junit) await writeOutput(values.junit, tables.toJUnit(report));
  if (values.markdown) await writeOutput(values.markdown, tables.toMarkdown(report));
  for (const problem of report.problems) console.error(`error: ${problem}`);
  console.log(totalsLine(report));
  console.log(report.status);
  process.exitCode = report.status === 'passed' ? 0 : 1;
}

/**
 * @param {string} file
 * @param {typeof import('../tables.js').readReport} read
 * @returns {Promise<Report>}
 * @throws {Error} that names the file.
 */
async function reportIn(file, read) {
  try {
    return read(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file}: ${toError(cause).message}`, { cause });
  }
}
