// Writes src/models/unmocked-tiny.files.ts: bytes and SHA-256 of the bundled model's files, for the
// registry. `node scripts/take-model.mjs DIR` does it for a new model.
import { pinModel } from './lib/bundled-model/pin.mjs';
import { main } from './lib/command.mjs';

await main(pinModel);
