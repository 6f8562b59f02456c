// Writes src/models/unmocked-tiny.files.ts: bytes and SHA-256 of the bundled model's files, for the
// registry. Run it after a change of public/models/unmocked-tiny/: `node scripts/pin-model.mjs`.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const folder = new URL('../public/models/unmocked-tiny/', import.meta.url);
const paths = readdirSync(folder, { encoding: 'utf8', recursive: true })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(onnx|json)$/.test(path) && path !== 'digests.json')
  .toSorted();
const lines = paths.map((path) => {
  const bytes = readFileSync(new URL(path, folder));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `  '${path}': { bytes: ${bytes.length}, sha256: '${sha256}' },`;
});
writeFileSync(
  new URL('../src/models/unmocked-tiny.files.ts', import.meta.url),
  `// Written by scripts/pin-model.mjs from public/models/unmocked-tiny/; do not edit.\n` +
    `import type { ModelFile } from './model.js';\n\n` +
    `export const files: Record<string, ModelFile> = {\n${lines.join('\n')}\n};\n`,
);
console.log(`Pinned ${paths.length} files`);
