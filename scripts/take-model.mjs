// Makes a trained model the bundled one: `node scripts/take-model.mjs DIR` copies its files to
// public/models/unmocked-tiny/, pins them for the registry, and writes what it says for the specs.
import path from 'node:path';
import { copyModel } from './lib/bundled-model/files.mjs';
import { writeGolden } from './lib/bundled-model/golden.mjs';
import { pinModel } from './lib/bundled-model/pin.mjs';
import { readCommandLine } from './lib/command-line.mjs';
import { main, UsageError } from './lib/command.mjs';
import { ensureInstalled } from './lib/install.mjs';

await main(() => {
  const { positionals, usage } = readCommandLine(
    { command: 'node scripts/take-model.mjs DIR', options: {}, positionals: true },
    process.argv.slice(2),
  );
  const [folder] = positionals;
  if (!folder || positionals.length > 1)
    throw new UsageError(
      `DIR is ${folder ? `given ${positionals.length} times` : 'missing'}, but must be one folder ` +
        `with a model's files\n${usage}`,
    );
  ensureInstalled();
  copyModel(path.resolve(folder));
  pinModel();
  writeGolden();
});
