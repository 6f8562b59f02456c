import { expect } from '@esm-bundle/chai';
import type { TokenEvent } from '../../src/engine/protocol.js';
import { Output, type OutputOptions } from '../../src/engine/runtime/output.js';

const EOS = 0;
const WORDS: Record<number, string> = { 1: 'one', 2: ' two', 3: ' three', 4: '\uFFFD' };

function setUp(options: Partial<OutputOptions> = {}) {
  const events: TokenEvent[] = [];
  const output = new Output({
    decode: (ids) => ids.map((id) => WORDS[id] ?? '').join(''),
    eosTokenIds: [EOS],
    stop: [],
    maxTokens: 3,
    room: 10,
    onToken: (event) => events.push(event),
    ...options,
  });
  return { output, events, push: (...ids: number[]) => ids.forEach((id) => output.push(id)) };
}

describe('the output of a sequence', () => {
  it('has one event per token, whose texts add up to its text', () => {
    const { output, events, push } = setUp();
    push(1, 2, EOS);
    expect(events).to.deep.equal([
      { index: 0, tokenId: 1, text: 'one' },
      { index: 1, tokenId: 2, text: ' two' },
      { index: 2, tokenId: EOS, text: '' },
    ]);
    expect([output.text, output.tokenIds]).to.deep.equal(['one two', [1, 2, EOS]]);
    expect(output.ending).to.deep.equal({ finishReason: 'stop' });
  });

  it('ends at the limit of the caller', () => {
    const { output, push } = setUp({ maxTokens: 2 });
    push(1, 2);
    expect(output.limit).to.equal(2);
    expect(output.ending).to.deep.equal({ finishReason: 'length', limitedBy: 'max-tokens' });
  });

  it('ends at the end of the context window', () => {
    const { output, push } = setUp({ maxTokens: 5, room: 2 });
    push(1, 2);
    expect(output.limit).to.equal(2);
    expect(output.ending).to.deep.equal({ finishReason: 'length', limitedBy: 'context-window' });
  });

  it('ends before a stop sequence, and names it', () => {
    const { output, events, push } = setUp({ stop: [' two'], maxTokens: 5 });
    push(1);
    expect(output.stopped).to.equal(false);
    push(2);
    expect(output.stopped).to.equal(true);
    expect(events.map(({ text }) => text)).to.deep.equal(['one', '']);
    expect(output.ending).to.deep.equal({ finishReason: 'stop', stopSequence: ' two' });
  });

  it('shows with its last token what it held back', () => {
    const { output, events, push } = setUp({ stop: [' two three!'] });
    push(1, 2, 3);
    expect(events.map(({ text }) => text)).to.deep.equal(['one', '', ' two three']);
    expect(output.ending.finishReason).to.equal('length');
    const incomplete = setUp({ maxTokens: 2 });
    incomplete.push(1, 4);
    expect(incomplete.output.text).to.equal('one\uFFFD');
  });
});
