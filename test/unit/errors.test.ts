import { expect } from '@esm-bundle/chai';
import {
  abortError,
  fromErrorRecord,
  hasCode,
  isAbortError,
  toErrorRecord,
  UnmockedError,
} from '../../src/errors.js';

/** Sends an error through a worker boundary: a record, cloned. */
const cross = (error: unknown) => fromErrorRecord(structuredClone(toErrorRecord(error)));

describe('errors', () => {
  it('cross from a worker whole', () => {
    const root = new TypeError('fetch failed');
    const error = new UnmockedError('network', 'No answer.', {
      cause: new UnmockedError('integrity', 'Damaged.', { cause: root, details: { bytes: 3 } }),
      details: { url: 'x', tried: ['a', 'b'] },
    });
    const crossed = cross(error) as UnmockedError;
    expect(crossed).to.be.instanceOf(UnmockedError);
    expect(crossed).to.include({
      name: 'UnmockedError',
      message: 'No answer.',
      code: 'network',
      stack: error.stack,
    });
    expect(crossed.details).to.deep.equal({ url: 'x', tried: ['a', 'b'] });
    const cause = crossed.cause as UnmockedError;
    expect(hasCode(cause, 'integrity')).to.equal(true);
    expect(cause.details).to.deep.equal({ bytes: 3 });
    expect(cause.cause).to.include({
      name: 'TypeError',
      message: 'fetch failed',
      stack: root.stack,
    });
  });

  it('stay native if they are aborts', () => {
    const crossed = cross(new DOMException('Stopped.', 'AbortError'));
    expect(crossed).to.be.instanceOf(DOMException);
    expect(isAbortError(crossed)).to.equal(true);
    expect(
      isAbortError(
        cross(AbortSignal.timeout(0).reason ?? new DOMException('Late.', 'TimeoutError')),
      ),
    ).to.equal(true);
  });

  it('wrap thrown values that are not errors', () => {
    expect(cross(4_213_784).message).to.equal('An exception without a text was thrown (4213784).');
    expect(cross('failed to call OrtRun()').message).to.equal('failed to call OrtRun()');
    expect(cross(undefined).message).to.include('undefined');
  });

  it('have a cause only if there is one', () => {
    expect('cause' in new UnmockedError('network', 'x')).to.equal(false);
    expect(toErrorRecord(new UnmockedError('network', 'x'))).not.to.have.property('cause');
    expect('cause' in cross(new Error('x'))).to.equal(false);
    expect('cause' in cross(new UnmockedError('network', 'x'))).to.equal(false);
  });

  it('survive an error that causes itself', () => {
    const error = new Error('round');
    error.cause = error;
    expect(toErrorRecord(error).message).to.equal('round');
  });

  it('of an abort are the reason of the signal, else an AbortError', () => {
    const reason = new Error('enough');
    expect(abortError(AbortSignal.abort(reason))).to.equal(reason);
    expect(abortError(AbortSignal.abort('a string')).name).to.equal('AbortError');
    expect(abortError().name).to.equal('AbortError');
    expect(isAbortError({ name: 'AbortError' })).to.equal(false);
  });
});
