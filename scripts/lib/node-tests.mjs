import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Runs test files with Node's own runner, showing them as they go; one suite a file, for the count. */
export async function runNodeTests(root, files) {
  const suites = new Map(
    files.map((file) => [path.join(root, file), { name: `node ${file}`, cases: [] }]),
  );
  const stream = run({ files: [...suites.keys()], concurrency: 1 });
  const keep = (status) => (event) => {
    if (event.details?.type === 'suite') return;
    // A file without a test in it is reported as one passed test that has the file's name.
    if (status === 'passed' && suites.has(path.resolve(root, event.name))) return;
    const error = event.details?.error?.cause ?? event.details?.error;
    const suite =
      suites.get(event.file) ??
      suites.get(path.resolve(root, event.name)) ??
      suites.values().next().value;
    suite.cases.push({
      name: event.name,
      status: event.skip !== undefined || event.todo !== undefined ? 'skipped' : status,
      duration: event.details?.duration_ms,
      error: error && { message: error.message ?? String(error), stack: error.stack },
    });
  };
  stream.on('test:pass', keep('passed'));
  stream.on('test:fail', keep('failed'));
  for await (const text of stream.compose(new spec())) process.stdout.write(text);
  for (const suite of suites.values()) {
    if (suite.cases.length === 0)
      suite.cases.push({
        name: 'has a test',
        status: 'failed',
        error: { message: 'no test ran in this file' },
      });
  }
  return [...suites.values()];
}
