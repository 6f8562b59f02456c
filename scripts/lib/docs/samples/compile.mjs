import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A module to compile.
 *
 * @typedef {object} Module
 * @property {string} page The page that has it. Samples of one page can import each other.
 * @property {number} line Where it begins in the page, from 1.
 * @property {'ts' | 'js'} language
 * @property {string} code Its first line can name its file: `// politeness.ts`.
 */

const FILE_NAME = /^\/\/ ([\w.-]+\.m?[jt]s)\n/;

/**
 * Compiles samples against the sources of the package, strictly, and returns what the compiler says of
 * each, with lines of the page. What they import from `unmocked` is what package.json exports.
 *
 * @param {string} root
 * @param {readonly Module[]} modules
 * @returns {Map<Module, string[]>}
 */
export function compileSamples(root, modules) {
  const folder = path.join(root, '.cache/docs-samples');
  rmSync(folder, { recursive: true, force: true });
  /** @type {Map<string, Module>} */
  const files = new Map();
  for (const module of modules) {
    const [, name = `line-${module.line}.${module.language}`] = FILE_NAME.exec(module.code) ?? [];
    const file = path.join(module.page.replace(/\W/g, '-'), name);
    if (files.has(file)) throw new Error(`${module.page} has two samples of the name ${name}`);
    files.set(file, module);
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), module.code);
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(configuration(root)));

  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [tsc, '-p', folder, '--pretty', 'false', '--listFilesOnly', 'false'],
    { cwd: folder, encoding: 'utf8' },
  );
  /** @type {Map<Module, string[]>} */
  const problems = new Map(modules.map((module) => [module, []]));
  for (const text of `${stdout}${stderr}`.split('\n').filter(Boolean)) {
    const [, file = '', line = '', message = ''] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
    const module = files.get(path.normalize(file));
    // A line of more detail begins with spaces. Anything else would be an error that nobody sees.
    if (module)
      problems.get(module)?.push(`${module.page}:${module.line - 1 + Number(line)} ${message}`);
    else if (!/^\s/.test(text)) throw new Error(`tsc said: ${text}`);
  }
  return problems;
}

/** @param {string} root */
function configuration(root) {
  /** @type {{ exports: Record<string, { types?: string }> }} */
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const paths = Object.fromEntries(
    Object.entries(exports).flatMap(([entry, { types }]) =>
      types
        ? [
            [
              `unmocked${entry.slice(1)}`,
              [types.replace('./dist/lib/types/', '../../src/').replace(/\.d\.ts$/, '.ts')],
            ],
          ]
        : [],
    ),
  );
  return {
    extends: '../../tsconfig.json',
    compilerOptions: {
      paths,
      types: ['mocha', 'node', '@webgpu/types', 'vite/client', 'dom-chromium-ai'],
    },
    include: ['./**/*'],
  };
}
