import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importTypeScript } from '../../scripts/lib/typescript.mjs';

test('importing TypeScript leaves NODE_ENV alone, so a later build is a production build', async () => {
  const { NODE_ENV } = process.env;
  const { dtypes } = /** @type {typeof import('../../src/models/model.js')} */ (
    await importTypeScript('src/models/model.ts')
  );
  assert.ok(dtypes.includes('q8'), 'the module was imported');
  assert.equal(process.env.NODE_ENV, NODE_ENV);
});
