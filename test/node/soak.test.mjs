import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureChromium } from '../../scripts/lib/browser/chromium.mjs';
import { leaksOf, soak } from '../../scripts/lib/soak/soak.mjs';
import { ROOT } from './page-helpers.mjs';

/* The short soak: counts only. `npm run soak` is the long one. */
test('a page holds in the end what it held in the beginning', async () => {
  const parts = await soak({
    root: ROOT,
    executablePath: ensureChromium(),
    rounds: 5,
    generations: 20,
    runs: 2,
    ids: ['chat-completion', 'streaming'],
  });
  assert.deepEqual(
    parts.map(({ name }) => name),
    ['load and dispose', 'generations', 'runs'],
  );
  assert.deepEqual(parts.flatMap(leaksOf), []);
  for (const { before } of parts) assert.ok(before.listeners >= 0 && before.nodes > 0);
});

test('a count that grew is a leak, by its name', () => {
  const before = {
    engines: 0,
    locks: 0,
    workers: 0,
    listeners: 9,
    nodes: 40,
    documents: 1,
    heapBytes: 1,
  };
  const part = { name: 'runs', count: 2, before, seconds: 1 };
  assert.deepEqual(leaksOf({ ...part, after: { ...before, heapBytes: 9e9, nodes: 30 } }), []);
  assert.deepEqual(leaksOf({ ...part, after: { ...before, workers: 1, listeners: 10 } }), [
    'runs: workers grew from 0 to 1',
    'runs: listeners grew from 9 to 10',
  ]);
});
