import { expect } from '@esm-bundle/chai';
import { FairQueue } from '../../src/engine/fair-queue.js';
import { isAbortError } from '../../src/errors.js';

const forever = new AbortController().signal;

/** A queue whose jobs log their start and end on demand. */
function setUp() {
  const queue = new FairQueue();
  const log: string[] = [];
  const end = new Map<string, (error?: Error) => void>();
  const add = (client: string, name: string, signal = forever) =>
    queue.run(
      client,
      () => {
        log.push(name);
        return new Promise<string>((resolve, reject) =>
          end.set(name, (error) => (error ? reject(error) : resolve(name))),
        );
      },
      signal,
    );
  return { log, end, add };
}

describe('FairQueue', () => {
  it('runs one job at a time, a client’s jobs in order, clients in turn', async () => {
    const { log, end, add } = setUp();
    const jobs = new Map(
      ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => [name, add(name[0]!, name)]),
    );
    // a's second job came before b and c. Then b and c take their turns before a's third job.
    const order = ['a1', 'a2', 'b1', 'c1', 'a3', 'b2'];
    for (const [index, name] of order.entries()) {
      expect(log, 'one at a time').to.deep.equal(order.slice(0, index + 1));
      end.get(name)!();
      await jobs.get(name);
      await Promise.resolve(); // the queue needs one more microtask
    }
  });

  it('goes on after a failed job', async () => {
    const { end, add } = setUp();
    const first = add('a', 'a1');
    const second = add('a', 'a2');
    end.get('a1')!(new Error('broken'));
    expect(await first.catch((error: Error) => error.message)).to.equal('broken');
    end.get('a2')!();
    expect(await second).to.equal('a2');
  });

  it('drops a waiting job at once when it is aborted, and runs the rest', async () => {
    const { log, end, add } = setUp();
    const controller = new AbortController();
    const first = add('a', 'a1');
    const aborted = add('b', 'b1', controller.signal);
    const last = add('b', 'b2');
    controller.abort();
    expect(isAbortError(await aborted.catch((error: unknown) => error))).to.equal(true);
    end.get('a1')!();
    await first;
    await Promise.resolve();
    end.get('b2')!();
    expect(await last).to.equal('b2');
    expect(log).to.deep.equal(['a1', 'b2']);
  });

  it('never runs a job that was aborted before', async () => {
    const { log, add } = setUp();
    expect(
      isAbortError(await add('a', 'a1', AbortSignal.abort()).catch((error: unknown) => error)),
    ).to.equal(true);
    expect(log).to.deep.equal([]);
  });

  it('does not interrupt a running job when it is aborted', async () => {
    const { end, add } = setUp();
    const controller = new AbortController();
    const job = add('a', 'a1', controller.signal);
    controller.abort();
    end.get('a1')!();
    expect(await job).to.equal('a1');
  });
});
