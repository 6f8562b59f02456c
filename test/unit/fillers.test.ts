import { expect } from '@esm-bundle/chai';
import { drawFillers } from '../../src/scenarios/fillers.js';

const SOME = 200;

function draw(seed: number, key = 'a-scenario') {
  const drawn: unknown[] = [];
  const fillers = drawFillers(seed, key, (filler) => drawn.push(filler));
  const given = [
    fillers.name(),
    fillers.word(),
    fillers.integer(2, 9),
    fillers.pick([true, false]),
  ];
  expect(given).to.deep.equal(drawn);
  return drawn;
}

describe('fillers', () => {
  it('are the same for the same seed and scenario', () => {
    expect(draw(7)).to.deep.equal(draw(7));
    expect(draw(7)[0]).to.not.equal(draw(8)[0]);
    expect(draw(7)[0]).to.not.equal(draw(7, 'b-scenario')[0]);
  });

  it('are words and names that can be spoken, never the same twice', () => {
    const fillers = drawFillers(0, 'words');
    const words = Array.from({ length: SOME }, () => fillers.word());
    expect(words.filter((word) => !/^([bdfgklmnprstvz][aeiou]){2}[bdfgklmnprstvz]$/.test(word))).to
      .be.empty;
    const names = Array.from({ length: SOME }, () => fillers.name());
    expect(names.filter((name) => !/^[A-Z][a-z]{4}$/.test(name))).to.be.empty;
    expect(new Set([...words, ...names.map((name) => name.toLowerCase())]).size).to.equal(2 * SOME);
  });

  it('differ from seed to seed', () => {
    const names = Array.from({ length: SOME }, (_, seed) => drawFillers(seed, 'a').name());
    expect(new Set(names).size).to.be.above(0.95 * SOME);
    const first = new Set(names.map((name) => name[0]));
    expect(first.size, 'first letters').to.equal(14);
  });

  it('are numbers within both limits, and values of the list', () => {
    const fillers = drawFillers(3, 'numbers');
    const numbers = Array.from({ length: SOME }, () => fillers.integer(2, 9));
    expect([Math.min(...numbers), Math.max(...numbers)]).to.deep.equal([2, 9]);
    expect(numbers.every(Number.isInteger)).to.equal(true);
    const picked = new Set(Array.from({ length: SOME }, () => fillers.pick(['a', 'b', 'c'])));
    expect([...picked].toSorted()).to.deep.equal(['a', 'b', 'c']);
  });
});
