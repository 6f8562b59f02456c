// Writes test/golden.mjs: what the bundled model says, as text and as token ids, which
// test/both/golden.test.ts computes in headless Chromium on WASM. Run it after a change of
// test/conversations.mjs: `node scripts/write-golden.mjs`. `node scripts/take-model.mjs DIR` does it
// for a new model.
import { writeGolden } from './lib/bundled-model/golden.mjs';
import { main } from './lib/command.mjs';
import { ensureInstalled } from './lib/install.mjs';

await main(() => {
  ensureInstalled();
  writeGolden();
});
