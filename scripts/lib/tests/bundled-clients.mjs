import path from 'node:path';

const FOLDER = '/test/openai/clients/';

/**
 * Bundles each module in test/openai/clients/ when a page asks for it. The runner serves packages
 * as they are, and some clients need packages that are CommonJS only.
 *
 * @param {string} root
 * @returns {import('@web/test-runner').TestRunnerPlugin}
 */
export function bundledClients(root) {
  /** @type {Map<string, Promise<string>>} */
  const bundles = new Map();
  return {
    name: 'bundled-clients',
    async serve({ path: url }) {
      if (!url.startsWith(FOLDER)) return undefined;
      const name = path.basename(url).replace(/\.[jt]s$/, '');
      const bundled = bundles.get(name) ?? bundle(path.join(root, FOLDER, `${name}.ts`));
      bundles.set(name, bundled);
      return { body: await bundled, type: 'js' };
    },
  };
}

/** @param {string} entry */
async function bundle(entry) {
  const { build } = await import('vite');
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      lib: { entry, formats: ['es'] },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = /** @type {import('vite').Rolldown.RolldownOutput[]} */ (built);
  return /** @type {import('vite').Rolldown.RolldownOutput} */ (output).output[0].code;
}
