import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../install.mjs';

/** A specifier in a declaration, for a whole match of `from '…'`, `import('…')` or `import '…'`. */
const SPECIFIER = /((?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)['"])([^'"]+)(?=['"])/g;
/** Packages whose types have a stand-in here. The package brings no others. */
const LIT = new Set(['lit', 'lit-html']);
/** What whoever imports the entry has: the tool, and in examples the package itself. */
const AT_HAND = /^(?:vite$|unmocked(?:\/|$))/;
const LIT_TYPES = 'lit.d.ts';

/**
 * Writes the type declarations of the entries and of all that they mention, and nothing else: the
 * engine's insides have types of packages that a user does not have.
 *
 * @param {string} folder Where they go. It is emptied.
 * @param {readonly string[]} entries Sources, such as `src/index.ts`.
 * @throws {Error} if a declaration mentions a package.
 */
export function writeTypes(folder, entries) {
  const all = path.join(ROOT, '.cache/types');
  rmSync(all, { recursive: true, force: true });
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.library.json', '--outDir', all];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`tsc ended with exit status ${status}`);

  rmSync(folder, { recursive: true, force: true });
  const declaration = (/** @type {string} */ source) =>
    path.join(all, path.relative('src', source).replace(/\.ts$/, '.d.ts'));
  const files = new Set(entries.map(declaration));
  // A set may grow during its iteration.
  for (const file of files) {
    const target = path.join(folder, path.relative(all, file));
    const toFolder = path.relative(path.dirname(target), folder) || '.';
    const text = readFileSync(file, 'utf8').replace(SPECIFIER, (whole, before, name) => {
      if (LIT.has(name)) return `${before}${toFolder}/lit.js`.replaceAll(path.sep, '/');
      if (AT_HAND.test(name)) return whole;
      if (!name.startsWith('.'))
        throw new Error(`${path.relative(all, file)} mentions the package "${name}"`);
      files.add(path.resolve(path.dirname(file), name.replace(/\.js$/, '.d.ts')));
      return whole;
    });
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  cpSync(path.join(import.meta.dirname, 'lit-types.d.ts'), path.join(folder, LIT_TYPES));
}
