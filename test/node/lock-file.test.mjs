import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../scripts/lib/install.mjs';

for (const file of ['package-lock.json', 'docs/package-lock.json'])
  describe(file, () => {
    /** @type {[string, { integrity?: string, resolved?: string }][]} */
    const packages = Object.entries(
      JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages,
    ).filter(([name]) => name !== '');

    test('npm checks every package that it installs: each has the hash of its file', () => {
      const without = packages.filter(
        ([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
      );
      assert.deepEqual(
        without.map(([name]) => name),
        [],
      );
      assert.ok(packages.length > 100);
    });

    test('any registry will do: no package names one', () => {
      assert.deepEqual(
        packages.filter(([, { resolved }]) => resolved).map(([name]) => name),
        [],
      );
    });
  });
