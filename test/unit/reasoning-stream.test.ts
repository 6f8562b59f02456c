import { expect } from '@esm-bundle/chai';
import { ReasoningStream } from '../../src/agents/reply/reasoning-stream.js';
import { parseReply } from '../../src/agents/reply/parse-reply.js';

function split(pieces: string[], trims = false) {
  const stream = new ReasoningStream({ trims });
  const all = [...pieces.map((piece) => stream.push(piece)), stream.flush()];
  return {
    thinking: all.map(({ thinking }) => thinking).join(''),
    response: all.map(({ response }) => response).join(''),
  };
}

describe('ReasoningStream', () => {
  const texts = [
    'plain text with a < b and a <b>tag</b>',
    '<think>a</think>b',
    '<think>\na\n\nb \n</think>\n\nc \n\nd\n',
    '<think>\n\n</think>\n\nno reasoning',
    'x <thinking>a < b</thinking> y <reasoning>c</reasoning> z',
    '<think>outer <think>inner</think> still</think>reply',
    '<think>never closed',
    'ends with <thi',
    '<THINK>loud</THINK>quiet',
    '<thinker>no tag</thinker>',
    '<<think>a</think>b<',
    '',
  ];
  for (const text of texts) {
    it(`gives the same result for pieces of any size: ${JSON.stringify(text)}`, () => {
      const whole = split([text]);
      const { thinking, response } = parseReply(text);
      // parseReply joins several blocks with a line break. The stream does not.
      expect(whole.thinking.replaceAll(/\s/g, '')).to.equal(thinking.replaceAll(/\s/g, ''));
      expect(whole.response.trim()).to.equal(response);
      for (let size = 1; size <= 5; size++) {
        const parts = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(split(parts)).to.deep.equal(whole);
        expect(split(parts, true)).to.deep.equal(split([text], true));
      }
    });
  }

  it('leaves out white space around reasoning only if it is told to', () => {
    const text = ['<think>\n', 'a\n', '\nb', '\n</think>', '\n', '\nc\n', '\nd'];
    expect(split(text)).to.deep.equal({ thinking: '\na\n\nb\n', response: '\n\nc\n\nd' });
    expect(split(text, true)).to.deep.equal({ thinking: 'a\n\nb', response: 'c\n\nd' });
    expect(split(['<think></think>\n\na'], true)).to.deep.equal({ thinking: '', response: 'a' });
    expect(split(['\na<think> b </think>\nc'], true)).to.deep.equal({
      thinking: 'b',
      response: '\na\nc',
    });
  });

  it('shows no white space before it is known to be in the reasoning or in the reply', () => {
    const stream = new ReasoningStream({ trims: true });
    const pieces = ['<think>', '\n', 'a', '\n', '</think>', '\n\n', 'b'];
    expect(pieces.map((piece) => Object.values(stream.push(piece)))).to.deep.equal([
      ['', ''],
      ['', ''],
      ['a', ''],
      ['', ''],
      ['', ''],
      ['', ''],
      ['', 'b'],
    ]);
  });

  it('takes a tag in JSON for text, but not one before it', () => {
    const stream = new ReasoningStream({ isJson: true });
    const pieces = ['<think>a</th', 'ink>', '\n', '{"b":"<thi', 'nk>"}'].map((text) =>
      stream.push(text),
    );
    expect(pieces.map(({ thinking }) => thinking).join('')).to.equal('a');
    expect(pieces.map(({ response }) => response).join('')).to.equal('\n{"b":"<think>"}');
    expect(pieces.at(-2)!.response, 'nothing is held back').to.equal('{"b":"<thi');
  });

  it('holds back only text that may become a tag', () => {
    const stream = new ReasoningStream();
    expect(stream.push('a <').response).to.equal('a ');
    expect(stream.push('th').response).to.equal('');
    expect(stream.push('at').response).to.equal('<that');
  });
});
