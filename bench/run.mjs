// `npm run bench`: ours against transformers.js as one writes it and against onnxruntime-node, then
// the size and the speed of the page, the engine and the server.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium, launchArguments } from '../scripts/lib/browser/chromium.mjs';
import { main } from '../scripts/lib/command.mjs';
import { ensureInstalled, ROOT } from '../scripts/lib/install.mjs';
import { writeOutput } from '../scripts/lib/write-output.mjs';

const REPEATS = 2;

await main(async () => {
  ensureInstalled();
  // Only now: these import packages.
  const { readOptions } = await import('./options.mjs');
  const options = await readOptions(process.argv.slice(2));
  const { readResult } = await import('./result.mjs');
  // Read first: a bad file should not cost a run.
  const earlier = options.compare === undefined ? undefined : readResult(options.compare);
  const { findModel } = await import('./models/models.mjs');
  const { device, quick, rounds, bundled } = options;
  const models = options.models.map((name) => findModel(name, bundled));
  const { chromium } = await import('playwright-core');
  const launch = {
    chromium,
    executablePath: ensureChromium(),
    args: launchArguments({ webgpu: device === 'webgpu' }),
  };
  const { startSite } = await import('./site.mjs');
  const site = await startSite(models);
  try {
    if (options.profile) {
      const { profileStart } = await import('./profile/profile.mjs');
      const profiles = [];
      for (const model of models)
        profiles.push(await profileStart({ launch, site, model, device }));
      if (options.json) await writeOutput(options.json, `${JSON.stringify(profiles, null, 2)}\n`);
      return;
    }
    const { Report } = await import('./report.mjs');
    const { measureTable } = await import('./table/measure.mjs');
    const report = new Report({ device, quick });
    for (const model of models)
      report.addTable(
        model.name,
        await measureTable({ launch, site, model, device, rounds, repeats: REPEATS }),
      );
    const [first] = models;
    if (!quick && first) {
      const { measureRows } = await import('./rows/rows.mjs');
      const target = first.repository
        ? { model: first.repository, hubUrl: site.hubUrl, device }
        : { model: first.name, device };
      await measureRows(launch, target, report.addRow);
    }
    const result = report.result();
    const { fillFigures, toMarkdown } = await import('./markdown.mjs');
    console.log('');
    if (options.json) await writeOutput(options.json, `${JSON.stringify(result, null, 2)}\n`);
    if (options.markdown) await writeOutput(options.markdown, toMarkdown(result));
    if (options.docs) {
      const page = path.join(ROOT, 'docs/benchmarks.md');
      await writeFile(page, fillFigures(await readFile(page, 'utf8'), toMarkdown(result)));
      console.log('Wrote docs/benchmarks.md');
    }
    if (earlier) report.compareWith(earlier);
  } finally {
    await site.close();
  }
});
