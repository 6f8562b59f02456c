import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importTypeScript } from '../../scripts/lib/typescript.mjs';

const { ToolCallStream } = /** @type {typeof import('../../src/openai/tool-call-stream.js')} */ (
  await importTypeScript('src/openai/tool-call-stream.ts')
);

const TOOLS = [
  { name: 'f' },
  { name: 'g' },
  { name: 'h', parameters: { properties: { n: { type: 'integer' } } } },
];

/**
 * The content and the calls of a string that is pushed in pieces of one size.
 *
 * @param {string} text
 * @param {number} size
 */
function read(text, size) {
  const stream = new ToolCallStream(TOOLS);
  const pieces = [];
  for (let at = 0; at < text.length; at += size)
    pieces.push(stream.push(text.slice(at, at + size)));
  pieces.push(stream.flush());
  return {
    content: pieces.map(({ content }) => content).join(''),
    calls: pieces.flatMap(({ calls }) => calls.map(({ name, arguments: args }) => [name, args])),
  };
}

/**
 * @type {Record<string, [text: string, content: string, calls: [name: string, args: object][]]>}
 */
const cases = {
  'a call alone': ['TOOL_CALL: f(a=1)', '', [['f', { a: '1' }]]],
  'after text, and text after it': [
    'Well.\nTOOL_CALL: f(a=1)\nThere.',
    'Well.\nThere.',
    [['f', { a: '1' }]],
  ],
  'two in a row': [
    'TOOL_CALL: f(a=1)\n  TOOL_CALL: g()',
    '',
    [
      ['f', { a: '1' }],
      ['g', {}],
    ],
  ],
  'in the middle of a line': ['Say TOOL_CALL: f(a=1)', 'Say TOOL_CALL: f(a=1)', []],
  'malformed, then a good one': [
    'TOOL_CALL: what?\nTOOL_CALL: f(a=1)',
    'TOOL_CALL: what?',
    [['f', { a: '1' }]],
  ],
  'of a tool whose schema says a type': ['TOOL_CALL: h(n=1, m=1)', '', [['h', { n: 1, m: '1' }]]],
  'not finished': ['Well.\nTOOL_CALL: f(a=', 'Well.\nTOOL_CALL: f(a=', []],
  'a beginning of one': ['Well.\nTOOL_', 'Well.\nTOOL_', []],
  'in tags': [
    'a <tool_call>{"name":"f","arguments":{"a":1}}</tool_call> b',
    'a  b',
    [['f', { a: 1 }]],
  ],
  'in tags that never close': ['a <tool_call>{"name":"f"}', 'a <tool_call>{"name":"f"}', []],
  'in tags, malformed, then a good one': [
    '<tool_call>{</tool_call><tool_call>{"name":"f"}</tool_call>',
    '<tool_call>{</tool_call>',
    [['f', {}]],
  ],
  'within reasoning': [
    '<think>a\nTOOL_CALL: f(a=1)\n</think>b\nTOOL_CALL: g()',
    '<think>a\nTOOL_CALL: f(a=1)\n</think>b',
    [['g', {}]],
  ],
  'of tools that were not offered': [
    'TOOL_CALL: k()\n<tool_call>{"name":"k"}</tool_call>',
    'TOOL_CALL: k()\n<tool_call>{"name":"k"}</tool_call>',
    [],
  ],
  'no call at all': ['a < b\n\n  T <tool\nTOO', 'a < b\n\n  T <tool\nTOO', []],
};
for (const [name, [text, content, calls]] of Object.entries(cases)) {
  test(`a tool call: ${name}, in pieces of any size`, () => {
    for (const size of [1, 2, 3, 7, 100])
      assert.deepEqual(read(text, size), { content, calls }, `pieces of ${size}`);
  });
}

test('holds back only text that may be a call', () => {
  const stream = new ToolCallStream(TOOLS);
  /** @param {string} text */
  const shown = (text) => stream.push(text).content;
  assert.deepEqual(['Hel', 'lo <', 'b', ' \n', 'TO', 'P'].map(shown), [
    'Hel',
    'lo ',
    '<b',
    ' ',
    '',
    '\nTOP',
  ]);
});
