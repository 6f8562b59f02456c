import { pageAddress, readScenarioOptions } from '../scenarios/options.mjs';
import { listScenarios, runPage } from '../scenarios/page-run.mjs';
import { servePage } from '../serving/page-server.mjs';
import { writeOutput } from '../write-output.mjs';
import { startAgent } from './agent.mjs';
import { chooseScenarios } from './choose.mjs';
import { openBrowser, requireWebGPU } from './open-browser.mjs';
import { createProgress } from './progress.mjs';
import { shardOf } from './shard.mjs';

/**
 * What differs between `npm run scenarios` and `npx unmocked`.
 *
 * @typedef {object} RunContext
 * @property {string} command As the user types it.
 * @property {typeof import('../tables.js')} tables
 * @property {(needs: { library: boolean }) => string | Promise<string>} pageFolder The built page,
 *   with the library if an agent may import it.
 * @property {() => string} chromium The path of a Chromium on this machine.
 */

/** @typedef {ReturnType<typeof readScenarioOptions>} Options */
/** @typedef {import('../scenarios/page-run.mjs').Browser} Browser */

/**
 * Runs the page's scenarios in a browser, here or elsewhere. Exit status 0 if the page says
 * "passed", 1 if it failed, was stopped or could not run.
 *
 * @param {readonly string[]} args
 * @param {RunContext} context
 */
export async function runCommand(args, { command, tables, pageFolder, chromium }) {
  const options = readScenarioOptions(args, process.env, { command, tables });
  // The page gets these as its own environment. A build must not hold them.
  for (const name of tables.environmentNames) delete process.env[name];
  const executablePath = options.connect || options.grid ? '' : chromium();
  const served =
    options.page && !options.agent
      ? undefined
      : await servePage({
          folder: await pageFolder({ library: options.agent !== undefined }),
          host: options.host,
          agent: options.agent,
        });
  /** @type {Browser | undefined} */
  let browser;
  // The second Ctrl+C ends the process, and the browser with it.
  const stop = () => {
    process.exitCode = 130;
    void Promise.all([browser?.close(), served?.close()]).then(() => process.exit());
  };
  process.once('SIGINT', stop);
  try {
    const { connect, grid, webgpu, environment } = options;
    browser = await openBrowser({
      connect,
      grid,
      webgpu,
      executablePath,
      modules: [options.page ?? served?.url, served?.agentUrl].filter((url) => url !== undefined),
      apiUrl: environment.OPENAI_API_URL,
    });
    process.exitCode = await runIn(browser, options, served, tables.toMarkdown);
  } finally {
    process.off('SIGINT', stop);
    await browser?.close();
    await served?.close();
  }
}

/**
 * @param {Browser} browser
 * @param {Options} options
 * @param {import('../serving/page-server.mjs').PageServer | undefined} served
 * @param {typeof import('../tables.js').toMarkdown} toMarkdown
 * @returns {Promise<number>} The exit status.
 */
async function runIn(browser, options, served, toMarkdown) {
  const { agent, json, junit: junitFile, markdown, shard } = options;
  const page = options.page ?? served?.url ?? '';
  const progress = createProgress(process.stdout);
  const common = {
    timeoutMs: options.timeoutMs,
    onMessage: (/** @type {string} */ text) => progress.line(text),
  };
  // Our own browser and a grid's start with our arguments.
  if (options.connect && options.webgpu) await requireWebGPU(browser, page, options, common);
  /** @type {{ run?: string, tags?: string | undefined }} */
  let parameters = { run: options.run, tags: options.tags };
  /** @type {import('../../../src/harness/report.js').Report['shard']} */
  let part;
  /** @type {string[]} */
  let ids = [];
  if (agent || shard) {
    const listed = await listScenarios(browser, pageAddress(page, {}), common);
    const scenarios = chooseScenarios(listed, { ...options, agent: agent !== undefined });
    ids = shard ? shardOf(scenarios, shard) : scenarios;
    if (shard) part = { ...shard, scenarios };
    parameters = { run: ids.join(',') };
  }
  const { model, hub, device, seed } = options;
  const address = pageAddress(page, { ...(agent ? {} : parameters), model, hub, device, seed });
  console.log(`Running ${agent ? `${agent} on ` : ''}${address}`);
  const { state, error, report, junit } = await runPage(browser, address, {
    ...common,
    environment: options.environment,
    ...(agent && {
      begin: (evaluate) =>
        startAgent(evaluate, {
          url: served?.agentUrl ?? '',
          file: agent,
          ids,
          imports: served?.imports ?? {},
        }),
    }),
    onStart: progress.start,
    onResult: progress.result,
  }).finally(progress.end);
  if (error) console.error(`error: ${error}`);
  if (json && report)
    await writeOutput(
      json,
      `${JSON.stringify(part ? { ...report, shard: part } : report, null, 2)}\n`,
    );
  if (junitFile && junit) await writeOutput(junitFile, junit);
  if (markdown && report) await writeOutput(markdown, toMarkdown(report));
  if (state === 'passed' && !report?.results.length)
    throw new Error('The page says "passed", but its report has no result');
  console.log(totalsLine(report));
  console.log(state);
  return state === 'passed' ? 0 : 1;
}

/** @param {import('../../../src/harness/report.js').Report | undefined} report */
export const totalsLine = (report) =>
  Object.entries(report?.totals ?? {})
    .map(([name, value]) => `${value} ${name}`)
    .join(', ') || 'no report';
