import { expect } from '@esm-bundle/chai';
import { keepNucleus } from '../../src/engine/runtime/nucleus.js';

/** The tokens with these probabilities that stay. */
function kept(probabilities: number[], topP: number): number[] {
  const logits = Float32Array.from(probabilities, (probability) => Math.log(probability) + 3);
  const before = [...logits];
  keepNucleus(logits, topP);
  const stay = [...logits.keys()].filter((index) => logits[index] !== -Infinity);
  for (const index of stay) expect(logits[index]).to.equal(before[index]);
  return stay;
}

describe('keepNucleus', () => {
  it('keeps the smallest set that adds up to topP, in any order', () => {
    expect(kept([0.1, 0.5, 0.1, 0.3], 0.75)).to.deep.equal([1, 3]);
    expect(kept([0.1, 0.5, 0.1, 0.3], 0.4)).to.deep.equal([1]);
    expect(kept([0.05, 0.5, 0.1, 0.35], 0.9)).to.deep.equal([1, 2, 3]);
  });

  it('keeps at least the likeliest token', () => {
    expect(kept([0.2, 0.5, 0.3], 1e-9)).to.deep.equal([1]);
  });

  it('keeps every token at 1', () => {
    expect(kept([0.2, 0.5, 0.3], 1)).to.deep.equal([0, 1, 2]);
  });

  it('handles logits that are far apart or already impossible', () => {
    const logits = Float32Array.from([-Infinity, 3e38, -3e38]);
    keepNucleus(logits, 0.9);
    expect([...logits]).to.deep.equal([-Infinity, Math.fround(3e38), -Infinity]);
  });
});
