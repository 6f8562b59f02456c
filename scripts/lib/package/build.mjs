import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readElements, toManifest } from '../api/manifest.mjs';
import { ROOT } from '../install.mjs';
import { ortFolder } from '../serving/ort-files.mjs';
import { loadTables } from '../typescript.mjs';
import { buildLibrary, ENTRIES, TOOLS } from './library.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { writeTypes } from './types.mjs';

/**
 * Writes what a package has beside the page: the library and its types in `dist/lib/`, the
 * licences of the code in it, and `custom-elements.json`. The page's build has to be there, with `dist/models/` and `dist/ort/`.
 *
 * @param {readonly string[]} builtModules Paths of the modules in the page and in the command.
 */
export async function buildPackage(builtModules) {
  const dist = path.join(ROOT, 'dist');
  const library = path.join(dist, 'lib');
  const { ortFiles } = await loadTables();
  for (const name of ortFiles) {
    const file = path.join(dist, 'ort', name);
    if (!existsSync(file)) throw new Error(`dist/ort/${name} is missing: build the page first`);
    // Tools that look for an export at the start of a line or after a space take the file, which is
    // one line, for CommonJS.
    if (name.endsWith('.mjs'))
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('}export default', '}\nexport default'),
      );
  }
  rmSync(library, { recursive: true, force: true });
  const chunks = await buildLibrary(library, ortFiles);
  writeTypes(path.join(library, 'types'), Object.values({ ...ENTRIES, ...TOOLS }));
  const modules = [...builtModules, ...chunks.flatMap(({ moduleIds }) => moduleIds)];
  const notices = thirdPartyNotices([...modules, ortFolder()]);
  writeFileSync(path.join(dist, 'THIRD-PARTY-NOTICES.md'), notices);
  const manifest = toManifest(await readElements(ROOT));
  writeFileSync(path.join(dist, 'custom-elements.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
