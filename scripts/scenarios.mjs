import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium, launchArguments } from './lib/chromium.mjs';
import { ensureInstalled, main, ROOT } from './lib/install.mjs';
import { runPage } from './lib/page-run.mjs';
import { ENVIRONMENT, pageAddress, readOptions } from './lib/scenario-options.mjs';
import { serveBuild } from './lib/serve-build.mjs';

function printResult(result) {
  const { id, status, durationMs, reason, device } = result;
  const facts = [device?.actual, durationMs !== undefined && `${(durationMs / 1000).toFixed(1)} s`]
    .filter(Boolean)
    .join(', ');
  console.log(`${status.padEnd(9)} ${id}${facts && ` (${facts})`}${reason ? `: ${reason}` : ''}`);
}

async function write(file, text) {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
  console.log(`Wrote ${file}`);
}

/** `npm run scenarios`: the page's own scenarios in headless Chromium; exit status 0 only where the page says "passed". */
await main(async () => {
  const options = readOptions(process.argv.slice(2), process.env);
  // The page gets these as its environment; the build that is made for it must not hold them too.
  for (const name of ENVIRONMENT) delete process.env[name];
  ensureInstalled();
  const executablePath = ensureChromium();
  const { chromium } = await import('playwright-core');
  const served = options.page ? undefined : await serveBuild(ROOT);
  const browser = await chromium.launch({ executablePath, args: launchArguments(options) });
  try {
    const address = pageAddress(options.page ?? served.url, options);
    console.log(`Running ${address}`);
    const { state, error, report, junit } = await runPage(browser, address, {
      timeoutMs: options.timeoutMs,
      environment: options.environment,
      onResult: printResult,
      onMessage: (text) => console.error(text),
    });
    if (error) console.error(`error: ${error}`);
    if (options.json && report) await write(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (options.junit && junit) await write(options.junit, junit);
    const { totals = {}, results = [] } = report ?? {};
    if (state === 'passed' && results.length === 0)
      throw new Error('the page says "passed", but its report has no result in it');
    process.exitCode = state === 'passed' ? 0 : 1;
    console.log(
      Object.entries(totals)
        .map(([name, value]) => `${value} ${name}`)
        .join(', ') || 'no report',
    );
    console.log(state);
  } finally {
    await browser.close();
    await served?.close();
  }
});
