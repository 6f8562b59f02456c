import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { mergeCommand } from '../../cli/merge.mjs';
import { HelpRequest, toError } from '../../command.mjs';
import { readServerOptions } from '../../openai/options.mjs';
import { readScenarioOptions } from '../../scenarios/options.mjs';

/**
 * What the commands of a sample are checked against.
 *
 * @typedef {object} Known
 * @property {string} root
 * @property {Record<string, string>} scripts Those of package.json.
 * @property {typeof import('../../tables.js')} tables
 * @property {readonly string[]} scenarios The ids.
 * @property {string} agent A module that exists, for options that take one.
 */

/** The command lines of a shell sample, without comments. */
export const commandsOf = (/** @type {string} */ code) =>
  code
    .split('\n')
    .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split('&&'))
    .map((command) => command.trim())
    .filter(Boolean);

/**
 * What is wrong with a command line: an npm script, an option or a scenario that does not exist, or a
 * value that the command refuses. Undefined if nothing is. Commands of others are not accepted here.
 *
 * @param {string} command
 * @param {Known} known
 */
export async function problemOf(command, known) {
  try {
    await check(
      command.split(' ').filter((word) => word && !/^[A-Z_]+=/.test(word)),
      known,
    );
    return undefined;
  } catch (error) {
    return `${command}: ${toError(error).message.split('\n')[0]}`;
  }
}

/**
 * @param {readonly string[]} words
 * @param {Known} known
 */
async function check(words, known) {
  const [program, first = '', ...rest] = words;
  if (program === 'npx' && first === 'unmocked') return checkUnmocked(rest, known);
  // A tool of this project. Its options are its own.
  if (program === 'npx' && existsSync(path.join(known.root, 'node_modules/.bin', first))) return;
  if (program === 'npm' && ['install', 'ci', 'pack'].includes(first)) return;
  if (program === 'npm') return checkScript(first, rest, known);
  if (program === 'node' && first.startsWith('--')) return checkFiles(rest, known);
  if (program === 'node') {
    checkFiles([first], known);
    return checkNames(rest, usageOf(path.join(known.root, first)));
  }
  throw new Error('nothing checks this command: see scripts/lib/docs/samples/commands.mjs');
}

/**
 * @param {readonly string[]} args
 * @param {Known} known
 */
async function checkUnmocked(args, known) {
  const { tables } = known;
  const [command, ...rest] = args;
  if (command === '--help' || command === '--version') return;
  if (rest.includes('--help') && ['run', 'merge', 'serve'].includes(command ?? '')) return;
  if (command === 'serve') checkServer(rest, known);
  else if (command === 'merge') {
    const usage = await mergeCommand(['--help'], { command: 'merge', tables }).then(
      () => '',
      (/** @type {unknown} */ error) => (error instanceof HelpRequest ? error.message : ''),
    );
    checkNames(rest, usage);
  } else checkRun(command === 'run' ? rest : args, known);
}

/**
 * @param {string} first `run`, `test`, `start` or another of npm's own.
 * @param {readonly string[]} rest
 * @param {Known} known
 */
function checkScript(first, rest, known) {
  const [name = '', ...after] = first === 'run' ? rest : [first, ...rest];
  const script = known.scripts[name];
  if (!script) throw new Error(`package.json has no script "${name}"`);
  const [dashes, ...args] = after;
  if (dashes === undefined) return;
  if (dashes !== '--') throw new Error(`npm takes "${dashes}" for itself: write -- before it`);
  if (name === 'scenarios') checkRun(args, known);
  else if (name === 'serve:openai') checkServer(args, known);
  else checkNames(args, usageOf(path.join(known.root, script.split(' ')[1] ?? '')));
}

/**
 * @param {readonly string[]} args
 * @param {Known} known
 */
function checkRun(args, { tables, scenarios, agent }) {
  const ready = args.map((word) => (/\.m?js$/.test(word) ? agent : word));
  const { run } = readScenarioOptions(ready, {}, { command: 'npx unmocked', tables });
  for (const id of run === 'all' ? [] : run.split(','))
    if (!scenarios.includes(id) && !id.startsWith('<'))
      throw new Error(`there is no scenario "${id}"`);
}

/**
 * @param {readonly string[]} args
 * @param {Known} known
 */
const checkServer = (args, { tables }) =>
  void readServerOptions(args, {}, { command: 'serve', tables });

/**
 * @param {readonly string[]} args
 * @param {string} usage
 */
function checkNames(args, usage) {
  for (const [, option = ''] of args.join(' ').matchAll(/(?:^|\s)(--[\w-]+)/g))
    if (!new RegExp(`^ {2}${option}(?: |$)`, 'm').test(usage))
      throw new Error(`it has no option ${option}`);
}

/**
 * @param {readonly string[]} files
 * @param {Known} known
 */
function checkFiles(files, { root }) {
  for (const file of files)
    if (!existsSync(path.join(root, file))) throw new Error(`there is no file ${file}`);
}

/** @type {Map<string, string>} */
const usages = new Map();

/** @param {string} script */
function usageOf(script) {
  const known = usages.get(script);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(process.execPath, [script, '--help'], { encoding: 'utf8' });
  usages.set(script, stdout);
  return stdout;
}
