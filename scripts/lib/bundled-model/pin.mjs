import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../install.mjs';
import { FOLDER } from './files.mjs';

/**
 * Writes bytes and SHA-256 of the bundled model's files for the registry:
 * src/models/unmocked-tiny.files.ts. Says so.
 */
export function pinModel() {
  const paths = readdirSync(FOLDER, { encoding: 'utf8', recursive: true })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(onnx|json)$/.test(path) && path !== 'digests.json')
    .toSorted();
  const lines = paths.map((file) => {
    const bytes = readFileSync(path.join(FOLDER, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return `  '${file}': { bytes: ${bytes.length}, sha256: '${sha256}' },`;
  });
  writeFileSync(
    path.join(ROOT, 'src/models/unmocked-tiny.files.ts'),
    `// Written by scripts/pin-model.mjs from public/models/unmocked-tiny/; do not edit.\n` +
      `import type { ModelFile } from './model.js';\n\n` +
      `export const files: Record<string, ModelFile> = {\n${lines.join('\n')}\n};\n`,
  );
  console.log(`Pinned ${paths.length} files`);
}
