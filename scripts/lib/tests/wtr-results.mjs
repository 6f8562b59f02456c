import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../command.mjs';
import { count } from './suites.mjs';

/** @typedef {import('@web/test-runner').TestSession} TestSession */
/** @typedef {import('@web/test-runner').TestSuiteResult} TestSuiteResult */
/** @typedef {import('./suites.mjs').TestCase} TestCase */
/** @typedef {{ group: string, report: object }} ReportedRun */
/** @typedef {ReturnType<typeof describeSession>[number]} FileResult */
/** @typedef {ReadonlyMap<string, readonly string[]>} Pages Spec files by their page's module. */
/** @typedef {{ files: FileResult[], runs: ReportedRun[], prints: string[] }} Results */

/**
 * Where specs leave things for Node: `POST /__report` with JSON `{ group, report }` keeps a report
 * for reports/unmocked.json. `POST /__print` prints a string when the run is over.
 */
export function createMailbox() {
  /** @type {ReportedRun[]} */
  const runs = [];
  /** @type {string[]} */
  const prints = [];

  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   */
  async function listener(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const problem = req.method === 'POST' ? keep(req.url ?? '', text) : 'use POST';
    res.writeHead(problem ? 400 : 204, { 'Content-Type': 'text/plain; charset=utf-8' });
    res.end(problem);
  }

  /**
   * @param {string} url
   * @param {string} text
   */
  function keep(url, text) {
    if (url.startsWith('/__print')) {
      prints.push(text);
      return undefined;
    }
    let body;
    try {
      body = JSON.parse(text);
    } catch (error) {
      return `the body is not JSON: ${toError(error).message}`;
    }
    if (
      typeof body?.group !== 'string' ||
      typeof body.report !== 'object' ||
      body.report === null
    ) {
      return 'expected {"group": "wasm" or "webgpu", "report": {…}}';
    }
    runs.push({ group: body.group, report: body.report });
    return undefined;
  }
  return { listener, runs, prints };
}

/**
 * All tests of a suite and of the suites inside it, each with the names of its suites.
 *
 * @param {TestSuiteResult | undefined} suite
 * @param {readonly string[]} [names]
 * @returns {TestCase[]}
 */
function flatten(suite, names = []) {
  if (!suite) return [];
  const here = suite.name ? [...names, suite.name] : names;
  return [
    ...suite.tests.map(({ name, passed, skipped, duration, error }) => ({
      name,
      suite: here.join(' '),
      status: /** @type {TestCase['status']} */ (
        skipped ? 'skipped' : passed ? 'passed' : 'failed'
      ),
      ...(duration !== undefined && { duration }),
      ...(error && { error: { message: error.message, stack: error.stack } }),
    })),
    ...suite.suites.flatMap((inner) => flatten(inner, here)),
  ];
}

/**
 * The spec files of one page in one browser as plain data: their tests, and the errors outside of any
 * test. In a shared page, each file is a suite, and such an error is the first file's.
 *
 * @param {TestSession} session
 * @param {string} root
 * @param {Pages} pages
 */
function describeSession(session, root, pages) {
  const page = path.relative(root, session.testFile);
  const files = pages.get(page) ?? [page];
  const group = session.group.name;
  const errors = session.errors.map(({ name, message, stack }) => ({ name, message, stack }));
  if (files[0] === page) {
    const passed = session.passed === true;
    return [{ group, file: page, passed, tests: flatten(session.testResults), errors }];
  }
  const { suites = [], tests: outside = [] } = session.testResults ?? {};
  if (outside.length > 0 || suites.some(({ name }) => !files.includes(name)))
    errors.push(outOfFile(`${page} has a test that is in no file`));
  const results = files.map((file) => {
    const suite = suites.find(({ name }) => name === file);
    const tests = flatten(suite && { ...suite, name: '' });
    const passed = tests.every(({ status }) => status !== 'failed');
    return { group, file, passed, tests, errors: /** @type {typeof errors} */ ([]) };
  });
  if (!session.passed && errors.length === 0 && results.every(({ passed }) => passed))
    errors.push(outOfFile(`the test runner says that ${page} failed, but not why`));
  results[0]?.errors.push(...errors);
  return results;
}

/** @param {string} message */
const outOfFile = (message) => ({ name: 'Error', message, stack: '' });

/**
 * A reporter for the test runner that writes a {@link Results} file. The runner's own verdict is
 * not enough: it can call a run without a browser or without a test a success. scripts/test.mjs
 * counts.
 *
 * @param {object} options
 * @param {string} options.file
 * @param {ReturnType<typeof createMailbox>} options.mailbox
 * @param {string} options.root
 * @param {Pages} options.pages
 * @returns {import('@web/test-runner').Reporter}
 */
export function resultsReporter({ file, mailbox, root, pages }) {
  return {
    // The default reporter prints only failures. This shows the progress of a long run.
    reportTestFileResults({ logger, sessionsForTestFile }) {
      for (const result of sessionsForTestFile.flatMap((one) =>
        describeSession(one, root, pages),
      )) {
        const { passed, failed, skipped } = count(result.tests);
        logger.log(
          `${result.group} ${result.file}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
        );
      }
      logger.log('');
    },
    onTestRunFinished({ sessions }) {
      /** @type {Results} */
      const results = {
        files: sessions.flatMap((session) => describeSession(session, root, pages)),
        runs: mailbox.runs,
        prints: mailbox.prints,
      };
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(results, null, 2));
    },
  };
}
