import { hasCode } from '../errors.js';
import type { ScenarioContext } from './scenario.js';

const ROUNDS = 5;
/** Less than five copies of the smallest model's weights. Measured: 0.1 to 0.3 MB. */
const TOLERANCE_BYTES = 6 * 1024 * 1024;

export async function run(t: ScenarioContext): Promise<void> {
  const pool = t.subject.createPool();
  const workersBefore = t.subject.runningEngines();
  const memoryBefore = await t.subject.measureMemory();
  const replies: number[][] = [];
  const left: number[] = [];
  const loadedBytes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const agent = await t.load({ pool });
    const { metadata } = await agent.invoke('Hello, this is a test.', {
      maxTokens: 4,
      signal: t.signal,
    });
    replies.push(metadata.outputTokenIds);
    // A browser that does not answer once is not asked again: each question may take seconds.
    const loaded = loadedBytes.length === round ? await t.subject.measureMemory() : undefined;
    if (loaded !== undefined) loadedBytes.push(loaded);
    await agent.dispose();
    left.push(t.subject.runningEngines() - workersBefore);
    if (round > 0) continue;
    await t.rejects(
      'a disposed agent refuses requests',
      () => agent.invoke('Are you there?'),
      'disposed',
      (error) => hasCode(error, 'disposed'),
    );
    await agent.dispose();
    t.equal('disposing twice is harmless', agent.disposed, true);
  }
  for (const bytes of loadedBytes) t.series('loadedBytes', bytes);
  t.equal('no worker is left after any round', left, new Array(ROUNDS).fill(0));
  t.equal('every round computed the same reply', new Set(replies.map(String)).size, 1);

  const memoryAfter = await t.subject.measureMemory();
  if (memoryBefore !== undefined && memoryAfter !== undefined) {
    t.metric('memoryBeforeBytes', memoryBefore);
    t.metric('memoryAfterBytes', memoryAfter);
    t.check(
      'memory use returns to its earlier level',
      memoryAfter - memoryBefore < TOLERANCE_BYTES,
      {
        actual: `${mb(memoryAfter - memoryBefore)} MB more`,
        expected: `less than ${mb(TOLERANCE_BYTES)} MB more`,
      },
    );
  } else {
    t.skipCheck(
      'memory use returns to its earlier level',
      'the browser did not measure memory in time (needs Chromium and cross-origin isolation)',
    );
  }
  const again = await t.load({ pool });
  const { metadata } = await again.invoke('Hello, this is a test.', {
    maxTokens: 4,
    signal: t.signal,
  });
  t.equal('loading again works', metadata.outputTokenIds, replies[0]);
}

const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
