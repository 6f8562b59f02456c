import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium } from './lib/browser/chromium.mjs';
import { list, readCommandLine, string } from './lib/command-line.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { packAndInstall } from './lib/package/pack.mjs';
import { toJUnit } from './lib/tests/junit.mjs';
import { runNodeTests } from './lib/tests/node-tests.mjs';
import { packageTestFiles } from './lib/tests/spec-files.mjs';
import { count } from './lib/tests/suites.mjs';

/**
 * `npm run test:package`: builds and packs the package, installs the packed file into a folder
 * outside this project, and runs test/package/ on what is there. The last line is the count.
 */
await main(async () => {
  const { values, positionals } = readCommandLine(
    {
      command: 'npm run test:package --',
      positionals: true,
      options: {
        files: list(string({ value: 'PART', help: 'only test files whose path contains PART' })),
      },
    },
    process.argv.slice(2),
  );
  ensureInstalled();
  process.env.CHROMIUM_PATH = ensureChromium();
  const packed = packAndInstall();
  process.env.UNMOCKED_PACKED = JSON.stringify(packed);
  try {
    const files = packageTestFiles(ROOT, [...values.files, ...positionals]);
    // One at a time: they share the folder that the package is installed in.
    const suites = await runNodeTests(ROOT, files, 1);
    const reports = path.join(ROOT, 'reports');
    mkdirSync(reports, { recursive: true });
    writeFileSync(path.join(reports, 'package.xml'), toJUnit(suites));
    const totals = count(suites.flatMap(({ cases }) => cases));
    process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
    console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  } finally {
    packed.remove();
  }
});
