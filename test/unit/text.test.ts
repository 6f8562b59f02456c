import { expect } from '@esm-bundle/chai';
import { StopText } from '../../src/engine/runtime/stop-text.js';
import { TextStream } from '../../src/engine/runtime/text-stream.js';

/** What is shown of a text that arrives in pieces, and whether a stop sequence ended it. */
function shown(stops: string[], pieces: string[]) {
  const stop = new StopText(stops);
  const parts = pieces.map((piece) => stop.push(piece));
  return { text: parts.join('') + stop.flush(), parts, stopped: stop.stopped };
}

describe('StopText', () => {
  const cases: [string, string[], string[], string, boolean][] = [
    ['nothing to stop at', [], ['a', 'b'], 'ab', false],
    ['a stop sequence in one piece', ['X'], ['ab', 'cXd', 'e'], 'abc', true],
    ['one that spans pieces', ['\nUser:'], ['a\n', 'Us', 'er', ': b'], 'a', true],
    ['one that is the whole text', ['ab'], ['a', 'b'], '', true],
    ['one at the very end', ['end'], ['the e', 'nd'], 'the ', true],
    ['a beginning that turns out to be none', ['\nUser:'], ['a\n', 'Use', ' b'], 'a\nUse b', false],
    ['a beginning that the text ends with', ['\nUser:'], ['a', '\nUser'], 'a\nUser', false],
    ['a beginning within a beginning', ['aab'], ['a', 'a', 'a', 'b', 'c'], 'a', true],
    ['several: the first in the text counts', ['late', 'b'], ['a b', ' late'], 'a ', true],
    ['several in one piece', ['yz', 'x'], ['a yz x'], 'a ', true],
    ['several with the same beginning', ['abc', 'abd'], ['xab', 'd'], 'x', true],
    ['an empty one', [''], ['a'], 'a', false],
    ['characters of two units', ['👋🏽'], ['a👋', '🏽b'], 'a', true],
  ];
  for (const [name, stops, pieces, text, stopped] of cases) {
    it(name, () => {
      const result = shown(stops, pieces);
      expect(result.text).to.equal(text);
      expect(result.stopped).to.equal(stopped);
    });
  }

  it('holds back text while it may become a stop sequence', () => {
    expect(shown(['\nUser:'], ['a', '\n', 'User', ' x']).parts).to.deep.equal([
      'a',
      '',
      '',
      '\nUser x',
    ]);
  });

  it('shows nothing after a stop sequence', () => {
    const stop = new StopText(['X']);
    expect([stop.push('aX'), stop.push('b'), stop.flush()]).to.deep.equal(['a', '', '']);
  });
});

describe('TextStream', () => {
  /**
   * A tokenizer of bytes: every token is one. It drops a space at the beginning of what it decodes,
   * as some real ones do.
   */
  const decoder = (trim: boolean) => (ids: number[]) => {
    const text = new TextDecoder().decode(Uint8Array.from(ids));
    return trim ? text.replace(/^ /, '') : text;
  };
  const bytes = (text: string) => [...new TextEncoder().encode(text)];
  const pieces = (ids: number[], trim = false) => {
    const stream = new TextStream(decoder(trim));
    return [...ids.map((id) => stream.push(id)), stream.flush()];
  };

  for (const text of ['', 'abc', 'Café', '👋🏽 x 👩‍🚀', '日本€', ' a  b ', '\u0000\u0001']) {
    for (const trim of [false, true]) {
      const dropping = trim ? ', even if the tokenizer drops spaces' : '';
      it(`pieces of ${JSON.stringify(text)} join to the whole${dropping}`, () => {
        const parts = pieces(bytes(text), trim);
        expect(parts.join('')).to.equal(decoder(trim)(bytes(text)));
        expect(parts.some((part) => part.includes('\uFFFD'))).to.equal(false);
      });
    }
  }

  it('holds back a character until it is complete', () => {
    expect(pieces(bytes('€a'))).to.deep.equal(['', '', '€', 'a', '']);
  });

  it('gives a character that never completes at the end, as U+FFFD', () => {
    expect(pieces(bytes('a€').slice(0, 3))).to.deep.equal(['a', '', '', '\uFFFD']);
  });

  it('continues after bytes that are not a character', () => {
    const ids = [97, 0xff, 98, 0xe2, 99, 100];
    expect(pieces(ids).join('')).to.equal(decoder(false)(ids));
  });

  it('passes on a U+FFFD that the text contains', () => {
    expect(pieces(bytes('a\uFFFDb')).join('')).to.equal('a\uFFFDb');
  });
});
