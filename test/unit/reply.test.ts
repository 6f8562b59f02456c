import { expect } from '@esm-bundle/chai';
import { parseReply, type ParsedReply } from '../../src/agents/reply/parse-reply.js';

interface Case {
  name: string;
  text: string;
  /** The differences from an empty reply. */
  parsed: Partial<ParsedReply>;
  /** Matches the only problem. Without it, there must be none. */
  problem?: RegExp;
}

const cases: Case[] = [
  { name: 'nothing', text: '', parsed: {} },
  { name: 'whitespace only', text: ' \n\t', parsed: {} },
  {
    name: 'plain text, trimmed',
    text: ' Hello! How are you?\n',
    parsed: { response: 'Hello! How are you?' },
  },
  {
    name: 'other markup',
    text: '<b>bold</b> <script>alert(1)</script>',
    parsed: { response: '<b>bold</b> <script>alert(1)</script>' },
  },

  // Reasoning
  {
    name: 'reasoning before the answer',
    text: '<think>2 plus 3 is 5.</think>The answer is 5.',
    parsed: { thinking: '2 plus 3 is 5.', response: 'The answer is 5.' },
  },
  {
    name: 'reasoning over lines',
    text: '<think>\na\nb\n</think>\n\nc',
    parsed: { thinking: 'a\nb', response: 'c' },
  },
  {
    name: 'reasoning under its other names and in capitals',
    text: '<Thinking>a</THINKING><reasoning>b</reasoning>c',
    parsed: { thinking: 'a\nb', response: 'c' },
  },
  {
    name: 'reasoning twice',
    text: '<think>a</think>b<think>c</think>d',
    parsed: { thinking: 'a\nc', response: 'bd' },
  },
  { name: 'empty reasoning', text: '<think>\n\n</think>\n\nHi.', parsed: { response: 'Hi.' } },
  {
    name: 'reasoning within reasoning',
    text: '<think>a<think>b</think>c</think>d',
    parsed: { thinking: 'a<think>b</think>c', response: 'd' },
  },
  {
    name: 'reasoning that never ends',
    text: 'So: <think>hm',
    parsed: { thinking: 'hm', response: 'So:' },
    problem: /never closed/,
  },
  {
    name: 'reasoning within reasoning that never ends',
    text: '<think>a<think>b</think>c',
    parsed: { thinking: 'a<think>b</think>c' },
    problem: /never closed/,
  },
  {
    name: 'reasoning that the prompt had opened',
    text: 'a, so b</think>b',
    parsed: { thinking: 'a, so b', response: 'b' },
    problem: /never opened/,
  },
  {
    name: 'a tool call in the reasoning',
    text: '<think>TOOL_CALL: f(a=1)</think>No.',
    parsed: { thinking: 'TOOL_CALL: f(a=1)', response: 'No.' },
  },

  // TOOL_CALL lines
  {
    name: 'a tool call',
    text: ' TOOL_CALL: get_weather(city=Quelmar)',
    parsed: {
      toolCalls: [
        {
          name: 'get_weather',
          arguments: { city: 'Quelmar' },
          raw: 'TOOL_CALL: get_weather(city=Quelmar)',
        },
      ],
    },
  },
  {
    name: 'a tool call without arguments, and a full stop',
    text: 'TOOL_CALL: now().',
    parsed: { toolCalls: [{ name: 'now', arguments: {}, raw: 'TOOL_CALL: now().' }] },
  },
  {
    name: 'two tool calls between text',
    text: 'First.\nTOOL_CALL: a(x=1)\nthen\n  TOOL_CALL: b.c-d(y=2, z=3)\nlast',
    parsed: {
      response: 'First.\n\nthen\n\nlast',
      toolCalls: [
        { name: 'a', arguments: { x: '1' }, raw: 'TOOL_CALL: a(x=1)' },
        { name: 'b.c-d', arguments: { y: '2', z: '3' }, raw: 'TOOL_CALL: b.c-d(y=2, z=3)' },
      ],
    },
  },
  {
    name: 'quotes, commas and equals signs in values',
    text: `TOOL_CALL: f(a="x, y", b='p, "q"', c=d=e, d="")`,
    parsed: {
      toolCalls: [
        {
          name: 'f',
          arguments: { a: 'x, y', b: 'p, "q"', c: 'd=e', d: '' },
          raw: `TOOL_CALL: f(a="x, y", b='p, "q"', c=d=e, d="")`,
        },
      ],
    },
  },
  {
    name: 'apostrophes in values',
    text: "TOOL_CALL: f(a=it's, b=that's)",
    parsed: {
      toolCalls: [
        { name: 'f', arguments: { a: "it's", b: "that's" }, raw: "TOOL_CALL: f(a=it's, b=that's)" },
      ],
    },
  },
  {
    name: 'brackets in a value',
    text: 'TOOL_CALL: f(a=(1+2)*3)',
    parsed: {
      toolCalls: [{ name: 'f', arguments: { a: '(1+2)*3' }, raw: 'TOOL_CALL: f(a=(1+2)*3)' }],
    },
  },
  {
    name: 'a tool call in the middle of a line is talk',
    text: 'I would write TOOL_CALL: f(a=1)',
    parsed: { response: 'I would write TOOL_CALL: f(a=1)' },
  },
  {
    name: 'a tool call that is cut off',
    text: 'TOOL_CALL: get_weather(city=Que',
    parsed: {},
    problem: /malformed: get_weather\(city=Que.*name\(key=value/,
  },
  { name: 'a tool call of nothing', text: 'TOOL_CALL:', parsed: {}, problem: /malformed/ },
  {
    name: 'a tool call whose name is not one',
    text: 'TOOL_CALL: 1f(a=1)',
    parsed: {},
    problem: /malformed/,
  },
  {
    name: 'an argument without a name',
    text: 'TOOL_CALL: f(Quelmar)',
    parsed: {},
    problem: /without a name/,
  },
  {
    name: 'an argument with an empty name',
    text: 'TOOL_CALL: f(=Quelmar)',
    parsed: {},
    problem: /without a name/,
  },
  {
    name: 'a malformed call beside a good one',
    text: 'TOOL_CALL: f(\nTOOL_CALL: g(a=1)',
    parsed: { toolCalls: [{ name: 'g', arguments: { a: '1' }, raw: 'TOOL_CALL: g(a=1)' }] },
    problem: /malformed/,
  },

  // JSON calls
  {
    name: 'a JSON tool call',
    text:
      '<tool_call>\n' +
      '{"name": "f", "arguments": {"a": "x", "n": 1, "l": [1, 2], "z": null}}\n' +
      '</tool_call>',
    parsed: {
      toolCalls: [
        {
          name: 'f',
          arguments: { a: 'x', n: 1, l: [1, 2], z: null },
          raw:
            '<tool_call>\n' +
            '{"name": "f", "arguments": {"a": "x", "n": 1, "l": [1, 2], "z": null}}\n' +
            '</tool_call>',
        },
      ],
    },
  },
  {
    name: 'a JSON tool call without arguments',
    text: '<tool_call>{"name":"f"}</tool_call>Done.',
    parsed: {
      response: 'Done.',
      toolCalls: [{ name: 'f', arguments: {}, raw: '<tool_call>{"name":"f"}</tool_call>' }],
    },
  },
  {
    name: 'a JSON tool call whose arguments are JSON in a string',
    text: String.raw`<tool_call>{"name":"f","arguments":"{\"a\":1}"}</tool_call>`,
    parsed: {
      toolCalls: [
        {
          name: 'f',
          arguments: { a: 1 },
          raw: String.raw`<tool_call>{"name":"f","arguments":"{\"a\":1}"}</tool_call>`,
        },
      ],
    },
  },
  {
    name: 'a JSON tool call whose arguments are a list',
    text: '<tool_call>{"name":"f","arguments":[1]}</tool_call>',
    parsed: {},
    problem: /arguments.*not an object/,
  },
  {
    name: 'a JSON tool call that is not JSON',
    text: '<tool_call>{name: f}</tool_call>',
    parsed: {},
    problem: /not JSON: \{name: f\}/,
  },
  {
    name: 'a JSON tool call without a name',
    text: '<tool_call>{"arguments":{}}</tool_call>',
    parsed: {},
    problem: /no name/,
  },
  {
    name: 'a JSON tool call that is null',
    text: '<tool_call>null</tool_call>',
    parsed: {},
    problem: /no name/,
  },
  {
    name: 'a JSON tool call that never ends',
    text: 'a <tool_call>{"name":"f"',
    parsed: { response: 'a' },
    problem: /never closed/,
  },

  // Code
  {
    name: 'fenced code',
    text: 'See:\n```js\nlet a = 1;\n\nlet b;\n```\nand\n```\nplain\n```',
    parsed: {
      response: 'See:\n```js\nlet a = 1;\n\nlet b;\n```\nand\n```\nplain\n```',
      code: ['let a = 1;\n\nlet b;', 'plain'],
    },
  },
  { name: 'empty fenced code', text: '```\n```', parsed: { response: '```\n```', code: [''] } },
  { name: 'a fence that never ends', text: '```js\nlet a', parsed: { response: '```js\nlet a' } },
  { name: 'inline code', text: 'Use `npm test`.', parsed: { response: 'Use `npm test`.' } },
  {
    name: 'code in reasoning',
    text: '<think>```js\nx\n```</think>y',
    parsed: { thinking: '```js\nx\n```', response: 'y' },
  },
];

describe('parseReply', () => {
  for (const { name, text, parsed, problem } of cases) {
    it(name, () => {
      const { problems, ...rest } = parseReply(text);
      const { problems: _, ...expected } = {
        thinking: '',
        response: '',
        code: [],
        toolCalls: [],
        problems: [],
        ...parsed,
      };
      expect(rest).to.deep.equal(expected);
      if (problem) {
        expect(problems).to.have.length(1);
        expect(problems[0]).to.match(problem);
      } else {
        expect(problems).to.deep.equal([]);
      }
    });
  }

  it('keeps arguments with any name', () => {
    const { toolCalls } = parseReply('TOOL_CALL: f(__proto__=a, constructor=b)');
    expect(Object.entries(toolCalls[0]!.arguments)).to.deep.equal([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('clips a long malformed call that it quotes', () => {
    const { problems } = parseReply(`TOOL_CALL: ${'x'.repeat(10_000)}`);
    expect(problems).to.have.length(1);
    expect(problems[0]!.length).to.be.below(300);
  });

  it('parses a reply that is all tags', () => {
    const parsed = parseReply(
      `${'<think>'.repeat(20_000)}${'<tool_call>'.repeat(20_000)}${'```'.repeat(20_001)}`,
    );
    expect(parsed.problems).to.have.length(1);
    expect(parsed.response).to.equal('');
  });
});
