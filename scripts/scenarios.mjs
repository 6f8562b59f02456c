import { ensureChromium, launchArguments } from './lib/browser/chromium.mjs';
import { serveBuild } from './lib/browser/serve-build.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { pageAddress, readScenarioOptions } from './lib/scenarios/options.mjs';
import { runPage } from './lib/scenarios/page-run.mjs';
import { loadTables } from './lib/typescript.mjs';
import { writeOutput } from './lib/write-output.mjs';

/** @param {import('../src/harness/report.js').ScenarioResult} result */
function printResult({ id, status, durationMs, reason, device }) {
  const facts = [device?.actual, `${(durationMs / 1000).toFixed(1)} s`].filter(Boolean).join(', ');
  console.log(`${status.padEnd(9)} ${id} (${facts})${reason ? `: ${reason}` : ''}`);
}

/**
 * `npm run scenarios`: the page's scenarios in headless Chromium. Exit status 0 if the page says
 * "passed".
 */
await main(async () => {
  ensureInstalled();
  const options = await readScenarioOptions(process.argv.slice(2), process.env);
  // The page gets these as its own environment. The build must not hold them.
  for (const name of (await loadTables()).environmentNames) delete process.env[name];
  const executablePath = ensureChromium();
  const { chromium } = await import('playwright-core');
  const served = options.page ? undefined : await serveBuild(ROOT, 'scenarios');
  const browser = await chromium.launch({ executablePath, args: launchArguments(options) });
  try {
    const address = pageAddress(options.page ?? served?.url ?? '', options);
    console.log(`Running ${address}`);
    const { state, error, report, junit } = await runPage(browser, address, {
      timeoutMs: options.timeoutMs,
      environment: options.environment,
      onResult: printResult,
      onMessage: (text) => console.error(text),
    });
    if (error) console.error(`error: ${error}`);
    if (options.json && report)
      await writeOutput(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (options.junit && junit) await writeOutput(options.junit, junit);
    if (state === 'passed' && !report?.results.length)
      throw new Error('The page says "passed", but its report has no result');
    process.exitCode = state === 'passed' ? 0 : 1;
    const totals = Object.entries(report?.totals ?? {});
    console.log(totals.map(([name, value]) => `${value} ${name}`).join(', ') || 'no report');
    console.log(state);
  } finally {
    await browser.close();
    await served?.close();
  }
});
