import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../install.mjs';

/** Packages whose built code holds the code of others. */
const HOLDS = /** @type {Record<string, readonly string[]>} */ ({
  '@huggingface/transformers': ['@huggingface/jinja', '@huggingface/tokenizers'],
  'onnxruntime-web': ['onnxruntime-common'],
});
/** The texts of packages that come without one. */
const MISSING = /** @type {Record<string, string>} */ ({
  'onnxruntime-web': mit('Copyright (c) Microsoft Corporation'),
  'onnxruntime-common': mit('Copyright (c) Microsoft Corporation'),
});

/**
 * The notice of third-party code: each package of which something is in the built code, its version,
 * licence and the licence's text.
 *
 * @param {Iterable<string>} modules Paths of the modules in the built code.
 * @throws {Error} if a package has no licence text.
 */
export function thirdPartyNotices(modules) {
  const folders = new Set([...modules].flatMap((id) => packageFolder(id) ?? []));
  for (const folder of folders)
    for (const name of HOLDS[readPackage(folder).name] ?? []) folders.add(resolve(name, folder));
  const notices = [...folders].map(notice).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return `\
# Third-party notices

The files of this package contain code of these packages. ONNX Runtime's WASM in turn contains code
of others: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt
${notices.map(({ text }) => `\n${text}`).join('')}`;
}

/** @param {string} folder */
function notice(folder) {
  const { name, version, license, homepage } = readPackage(folder);
  const file = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)(?:\.|$)/i.test(one));
  const text = file ? readFileSync(path.join(folder, file), 'utf8') : MISSING[name];
  if (!text)
    throw new Error(`${name} ${version} (${license}) comes without the text of its licence`);
  const title = `## ${name} ${version} (${license})`;
  return {
    name,
    text: `${title}\n\n${homepage ? `${homepage}\n\n` : ''}\`\`\`text\n${text.trim()}\n\`\`\`\n`,
  };
}

/** @param {string} folder */
const readPackage = (folder) =>
  /** @type {{ name: string, version: string, license: string, homepage?: string }} */ (
    JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  );

/** @param {string} id */
const packageFolder = (id) =>
  /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id.replace(/^\0/, ''))?.[0];

/**
 * @param {string} name
 * @param {string} from The folder of the package that uses it.
 */
function resolve(name, from) {
  const places = [path.join(from, 'node_modules', name), path.join(ROOT, 'node_modules', name)];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error(`${name} is not installed, but its code is in ${from}`);
  return found;
}

/** @param {string} copyright */
function mit(copyright) {
  return `MIT License

${copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
}
