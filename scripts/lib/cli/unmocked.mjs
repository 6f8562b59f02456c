import { HelpRequest, UsageError } from '../command.mjs';
import { mergeCommand } from './merge.mjs';
import { runCommand } from './run.mjs';
import { serveCommand } from './serve.mjs';

const USAGE = `usage: npx unmocked [run] [options]   runs the scenarios in headless Chromium (the default)
       npx unmocked merge FILE…       joins the reports of a run that was split
       npx unmocked serve [options]   serves a local model over OpenAI's API
       npx unmocked --version

  npx unmocked COMMAND --help shows the options of a command.`;

/**
 * `npx unmocked`: chooses the command. Exit status 0 or 1 as the result, 2 for a wrong call.
 *
 * @param {readonly string[]} args
 * @param {object} context
 * @param {string} context.version
 * @param {Omit<import('./run.mjs').RunContext, 'command'>} context.run
 * @param {Omit<import('./serve.mjs').ServeContext, 'command' | 'tables'>} context.serve
 */
export async function unmocked(args, { version, run, serve }) {
  const [first = '', ...rest] = args;
  const { tables } = run;
  if (first === '--version') console.log(version);
  else if (first === '--help' || first === 'help') throw new HelpRequest(USAGE);
  else if (first === 'merge')
    await mergeCommand(rest, { command: 'npx unmocked merge FILE…', tables });
  else if (first === 'serve')
    await serveCommand(rest, { command: 'npx unmocked serve', tables, ...serve });
  else if (first === '' || first === 'run' || first.startsWith('-'))
    await runCommand(first === 'run' ? rest : args, { command: 'npx unmocked', ...run });
  else throw new UsageError(`There is no command "${first}"\n${USAGE}`);
}
