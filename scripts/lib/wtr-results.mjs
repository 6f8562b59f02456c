import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { count } from './junit.mjs';

/**
 * Where specs leave things for Node: `POST /__report` with JSON `{ group, report }` keeps a report for
 * reports/unmocked.json; `POST /__print` with text has it printed when the run is over.
 */
export function createMailbox() {
  const runs = [];
  const prints = [];
  async function listener(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const problem = req.method === 'POST' ? keep(req.url ?? '', text) : 'use POST';
    res.writeHead(problem ? 400 : 204, { 'Content-Type': 'text/plain; charset=utf-8' });
    res.end(problem);
  }
  function keep(url, text) {
    if (url.startsWith('/__print')) {
      prints.push(text);
      return undefined;
    }
    let body;
    try {
      body = JSON.parse(text);
    } catch (error) {
      return `the body is not JSON: ${error.message}`;
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

/** All tests of a suite and of those inside it, each with the names of its suites. */
function flatten(suite, names = []) {
  if (!suite) return [];
  const here = suite.name ? [...names, suite.name] : names;
  return [
    ...suite.tests.map((test) => ({ ...test, suite: here.join(' ') })),
    ...suite.suites.flatMap((inner) => flatten(inner, here)),
  ];
}

/** One spec file in one browser, as plain data: each test with its status, and what went wrong outside of any test. */
function describeSession(session, root) {
  const tests = flatten(session.testResults).map(
    ({ name, suite, passed, skipped, duration, error }) => ({
      name,
      suite,
      status: skipped ? 'skipped' : passed ? 'passed' : 'failed',
      duration,
      error: error && { name: error.name, message: error.message, stack: error.stack },
    }),
  );
  return {
    group: session.group.name,
    file: path.relative(root, session.testFile),
    passed: session.passed === true,
    tests,
    errors: session.errors.map(({ name, message, stack }) => ({ name, message, stack })),
  };
}

/**
 * A test-runner reporter that writes what really ran to a JSON file. The runner's own verdict is not enough: it can call a run
 * without a browser, or with no test in it, a success (scripts/test.mjs counts).
 */
export function resultsReporter({ file, mailbox, root }) {
  return {
    // The default reporter prints only what fails; this shows that a long run gets on.
    reportTestFileResults({ logger, sessionsForTestFile }) {
      for (const { group, file, tests } of sessionsForTestFile.map((session) =>
        describeSession(session, root),
      )) {
        const { passed, failed, skipped } = count(tests);
        logger.log(`${group} ${file}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
      }
      logger.log('');
    },
    onTestRunFinished({ sessions }) {
      const result = {
        files: sessions.map((session) => describeSession(session, root)),
        runs: mailbox.runs,
        prints: mailbox.prints,
      };
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(result, null, 2));
    },
  };
}
