import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureChromium } from './lib/browser/chromium.mjs';
import { list, readCommandLine, string } from './lib/command-line.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled, ROOT } from './lib/install.mjs';
import { runBrowserTests } from './lib/tests/browser-tests.mjs';
import { outcomeOf } from './lib/tests/faults.mjs';
import { runNodeTests } from './lib/tests/node-tests.mjs';
import { faults } from '../test/faults/table.mjs';

/**
 * `npm run faults`: stages every fault of test/faults/table.mjs with real servers and browsers, and
 * prints `faults survived N/N`. The specs are also part of `npm test`.
 */
await main(async () => {
  const { values } = readCommandLine(
    {
      command: 'npm run faults --',
      options: {
        only: list(string({ value: 'PART', help: 'only faults whose spec has PART in its path' })),
      },
    },
    process.argv.slice(2),
  );
  const chosen = faults.filter(
    ({ spec }) => values.only.length === 0 || values.only.some((part) => spec.includes(part)),
  );
  ensureInstalled();
  const executablePath = ensureChromium();
  mkdirSync(path.join(ROOT, 'reports'), { recursive: true });
  const files = [...new Set(chosen.map(({ spec }) => `test/${spec}`))];
  const forNode = files.filter((file) => file.startsWith('test/node/'));
  const forBrowsers = files.filter((file) => !forNode.includes(file));
  const suites = forNode.length > 0 ? await runNodeTests(ROOT, forNode, 1) : [];
  if (forBrowsers.length > 0)
    suites.push(...runBrowserTests(ROOT, { executablePath, files: forBrowsers }).suites);

  const outcomes = chosen.map((fault) => outcomeOf(fault, suites));
  console.log('');
  for (const { fault, problem } of outcomes)
    console.log(
      `${problem ? 'LOST    ' : 'survived'}  ${fault.fault}${problem ? ` (${problem})` : ''}`,
    );
  const survived = outcomes.filter(({ problem }) => !problem).length;
  process.exitCode = survived === outcomes.length && survived > 0 ? 0 : 1;
  console.log(`\nfaults survived ${survived}/${outcomes.length}`);
});
