import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { launch } from '../node/page-helpers.mjs';
import {
  APP,
  assertPassed,
  FOR_OTHERS,
  INSTALLED,
  outcomeOf,
  pageWith,
  project,
  runInPage,
  serve,
} from './helpers.mjs';

/** @typedef {Awaited<ReturnType<typeof serve>>} Served */

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const script = '<script type="module" src="/main.js"></script>';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Served[]} */
const servers = [];
before(async () => {
  browser = await launch();
});
afterEach(() => servers.splice(0).forEach((server) => server.close()));
after(() => browser?.close());

/** @param {Parameters<typeof serve>} given */
async function open(...given) {
  const server = await serve(...given);
  servers.push(server);
  return server;
}

describe('a page with the module of another origin', () => {
  /**
   * @param {Record<string, string>} headers of the page; CDN stands for the other origin.
   * @param {Record<string, string>} [cdnHeaders]
   */
  async function run(headers, cdnHeaders = FOR_OTHERS) {
    const cdn = await open(INSTALLED, cdnHeaders);
    const origin = cdn.url.slice(0, -1);
    const site = await open(
      project('elsewhere', {
        'index.html': pageWith('chat-completion', script),
        'main.js': `import { assets } from '${cdn.url}dist/lib/scenario.js';
          ${runInPage}
          globalThis.base = assets.base;`,
      }),
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, value.replaceAll('CDN', origin)]),
      ),
    );
    return { outcome: await outcomeOf(browser, site.url), cdn, site, origin };
  }

  test('without isolation: it runs, on one thread, and all comes from where the module is', async () => {
    const { outcome, cdn, site } = await run({});
    assertPassed(outcome);
    assert.equal(outcome.result?.evidence?.threads, 1);
    assert.deepEqual(
      site.asked.filter((url) => !/^\/(?:index\.html|main\.js|favicon\.ico)$/.test(url)),
      [],
    );
    for (const part of [/engine-worker\.js$/, /\/models\/.+\.onnx$/, /\/ort\/.+\.wasm$/])
      assert.equal(cdn.asked.filter((url) => part.test(url)).length, 1, String(part));
  });

  test('isolated: it runs', async () => {
    assertPassed((await run(ISOLATED)).outcome);
  });

  test('under a strict policy that allows what is documented: it runs', async () => {
    const { outcome } = await run({
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self' CDN 'wasm-unsafe-eval'; connect-src CDN; " +
        "worker-src blob: CDN; require-trusted-types-for 'script'; trusted-types unmocked lit-html",
    });
    assertPassed(outcome);
  });

  test('under a policy without the worker: the error says what to allow', async () => {
    for (const workers of ['', 'worker-src blob:;', 'worker-src CDN;']) {
      const { outcome, origin } = await run({
        'Content-Security-Policy': `default-src 'none'; script-src 'self' CDN 'wasm-unsafe-eval'; connect-src CDN; ${workers}`,
      });
      assert.match(
        outcome.result?.reason ?? '',
        new RegExp(`add blob: ${origin} to its directive worker-src`),
        workers,
      );
    }
  });

  test('under a policy without connections to it: the error says what to allow', async () => {
    const { outcome, origin } = await run({
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self' CDN 'wasm-unsafe-eval'; worker-src blob: CDN; connect-src 'self'",
    });
    assert.match(
      outcome.result?.reason ?? '',
      new RegExp(
        `policy of the page blocks ${origin}.*Add ${origin} to its directive connect-src`,
        'i',
      ),
    );
  });
});

describe('a worker of another origin that is not there', () => {
  async function run() {
    const library = path.join(APP, 'without-worker/lib');
    cpSync(path.join(INSTALLED, 'dist/lib'), library, {
      recursive: true,
      filter: (file) => !file.endsWith('engine-worker.js'),
    });
    const cdn = await open(path.dirname(library), FOR_OTHERS);
    const site = await open(
      project('without', {
        'index.html': pageWith('chat-completion', script),
        'main.js': `import '${cdn.url}lib/scenario.js';
          ${runInPage}`,
      }),
    );
    return { outcome: await outcomeOf(browser, site.url), url: `${cdn.url}lib/engine-worker.js` };
  }

  test('the error is about the file, and not about a policy', async () => {
    const { outcome, url } = await run();
    const { reason = '', error } = outcome.result ?? {};
    assert.ok(reason.includes(`${url} answers with status 404`), reason);
    assert.equal(error?.code, 'network');
  });
});

describe('a page with the module of its own origin', () => {
  /** @param {string} policy for every file, the worker's script too. */
  async function run(policy, attributes = '') {
    project('.', {
      'own/index.html': pageWith('chat-completion', script).replace(
        '<unmocked-scenario',
        `$& ${attributes}`,
      ),
      'main.js': `import '/node_modules/unmocked/dist/lib/scenario.js';\n${runInPage}`,
    });
    const site = await open(APP, { ...ISOLATED, 'Content-Security-Policy': policy });
    return { outcome: await outcomeOf(browser, `${site.url}own/`), site };
  }

  test('under a strict policy with Trusted Types: it runs', async () => {
    const { outcome } = await run(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; " +
        "require-trusted-types-for 'script'; trusted-types unmocked lit-html",
    );
    assertPassed(outcome);
  });

  /** What a policy lacks, and what the error then says. */
  const cases = /** @type {const} */ ([
    ["script-src 'self'; connect-src 'self'", "'wasm-unsafe-eval'", 'script-src'],
    ["script-src 'self' 'wasm-unsafe-eval'", "'self'", 'connect-src'],
    [
      "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'none'",
      "'self'",
      'worker-src',
    ],
    [
      "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; " +
        "require-trusted-types-for 'script'; trusted-types lit-html",
      'unmocked lit-html',
      'trusted-types',
    ],
  ]);
  for (const [policy, source, directive] of cases)
    test(`without ${source} in ${directive}: the error says so`, async () => {
      const { outcome } = await run(`default-src 'none'; ${policy}`);
      const message = outcome.result?.reason ?? '';
      assert.ok(message.includes(`Add ${source} to its directive ${directive}.`), message);
    });

  test('the attribute base takes an absolute path', async () => {
    const { outcome, site } = await run("script-src 'self' 'unsafe-eval'", 'base="/elsewhere/"');
    assert.match(outcome.result?.reason ?? '', /\/elsewhere\/models\/unmocked-tiny\/config\.json/);
    assert.ok(site.asked.includes('/elsewhere/models/unmocked-tiny/config.json'));
    assertPassed(
      (await run("script-src 'self' 'unsafe-eval'", 'base="../node_modules/unmocked/dist"'))
        .outcome,
    );
  });

  test('the attribute base says what is wrong with a value that is no URL', async () => {
    const { outcome } = await run("script-src 'self' 'unsafe-eval'", 'base="ftp://files/"');
    assert.equal(outcome.error?.code, 'invalid-argument');
    assert.match(outcome.error?.message ?? '', /"ftp:\/\/files\/".*Allowed: an http\(s\) URL/);
  });
});
