import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { failed } from './suites.mjs';

/**
 * Runs test files with Node's own runner and prints their progress. Returns one suite per file.
 *
 * @param {string} root
 * @param {readonly string[]} files Relative to `root`.
 * @param {number} concurrency Files at a time.
 */
export async function runNodeTests(root, files, concurrency) {
  /** @type {Map<string, import('./suites.mjs').Suite>} */
  const suites = new Map(
    files.map((file) => [path.join(root, file), { name: `node ${file}`, cases: [] }]),
  );
  const stream = run({ files: [...suites.keys()], concurrency });
  /** @param {'passed' | 'failed'} status */
  const keep = (status) => (/** @type {import('node:test').EventData.TestFail} */ event) => {
    if (event.details.type === 'suite') return;
    // Node reports a file without a test as one passed test with the file's name.
    if (status === 'passed' && suites.has(path.resolve(root, event.name))) return;
    const suite =
      suites.get(event.file ?? '') ??
      suites.get(path.resolve(root, event.name)) ??
      [...suites.values()][0];
    const error = event.details.error?.cause ?? event.details.error;
    suite?.cases.push({
      name: event.name,
      status: event.skip !== undefined || event.todo !== undefined ? 'skipped' : status,
      duration: event.details.duration_ms,
      ...(error !== undefined && {
        error: error instanceof Error ? error : { message: String(error) },
      }),
    });
  };
  stream.on('test:pass', keep('passed'));
  stream.on('test:fail', keep('failed'));
  for await (const text of stream.compose(new spec())) process.stdout.write(text);
  for (const { cases } of suites.values())
    if (cases.length === 0) cases.push(failed('has a test', 'no test ran in this file'));
  return [...suites.values()];
}
