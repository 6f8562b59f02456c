import { expect } from '@esm-bundle/chai';
import { WorkClock } from '../../src/harness/work-clock.js';

/** A clock whose hands the spec turns, with a limit of ten seconds. */
function turned() {
  let now = 0;
  let due: { at: number; callback: () => void } | undefined;
  const clock = new WorkClock(10_000, {
    now: () => now,
    set: (callback, milliseconds) => {
      due = { at: now + milliseconds, callback };
      return 0 as unknown as ReturnType<typeof setTimeout>;
    },
  });
  return {
    clock,
    /** Lets time pass. */
    pass(milliseconds: number) {
      now += milliseconds;
      while (due && due.at <= now && !clock.signal.aborted) {
        const { callback } = due;
        due = undefined;
        callback();
      }
    },
    bytes: (loadedBytes: number) =>
      clock.progress({ phase: 'download', loadedBytes, totalBytes: 1_000_000 }),
  };
}

describe('WorkClock', () => {
  it('ends after its limit, with a reason that names it', () => {
    const { clock, pass } = turned();
    pass(9_999);
    expect(clock.signal.aborted).to.equal(false);
    pass(1);
    expect(clock.signal.reason).to.include({ name: 'TimeoutError' });
    expect(clock.signal.reason.message).to.include('longer than 10 s');
  });

  it('stands still while bytes arrive', () => {
    const { clock, pass, bytes } = turned();
    pass(1_000);
    for (let n = 0; n <= 100; n++) {
      bytes(n);
      if (n < 100) pass(2_000);
    }
    expect(clock.signal.aborted, '200 s of download').to.equal(false);
    pass(8_999);
    expect(clock.signal.aborted).to.equal(false);
    pass(1);
    expect(clock.signal.aborted, 'a second before and nine after').to.equal(true);
  });

  it('stands still for a second attempt, which begins with fewer bytes', () => {
    const { clock, pass, bytes } = turned();
    bytes(900);
    for (let n = 0; n <= 100; n++) {
      bytes(n);
      if (n < 100) pass(2_000);
    }
    expect(clock.signal.aborted).to.equal(false);
  });

  it('counts a download that brings no bytes', () => {
    const { clock, pass, bytes } = turned();
    for (let n = 0; n < 5; n++) {
      bytes(7);
      pass(2_000);
    }
    expect(clock.signal.aborted).to.equal(true);
  });

  it('counts what lies between two downloads', () => {
    const { clock, pass, bytes } = turned();
    bytes(1);
    clock.progress({ phase: 'session', loadedBytes: 1, totalBytes: 1 });
    pass(6_000);
    bytes(2);
    pass(4_000);
    expect(clock.signal.aborted).to.equal(true);
  });
});
