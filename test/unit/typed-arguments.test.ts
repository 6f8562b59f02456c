import { expect } from '@open-wc/testing';
import type { JsonSchema, Tool } from '../../src/agents/agent.js';
import { parseReply } from '../../src/agents/reply/parse-reply.js';

/** The value of `x` in a call that a model wrote as text. */
function read(written: string, x: unknown, more: JsonSchema = {}): unknown {
  const tool: Tool = { name: 'f', parameters: { type: 'object', properties: { x }, ...more } };
  const { toolCalls, problems } = parseReply(`TOOL_CALL: f(x=${written})`, [tool]);
  expect(problems).to.deep.equal([]);
  return toolCalls[0]!.arguments['x'];
}

describe('arguments that a model wrote as text', () => {
  const cases: [string, unknown, unknown][] = [
    // one type
    ['5', { type: 'integer' }, 5],
    ['-2.50', { type: 'number' }, -2.5],
    ['.5', { type: 'number' }, 0.5],
    ['+5', { type: 'integer' }, 5],
    ['05', { type: 'integer' }, 5],
    ['1e3', { type: 'integer' }, 1000],
    ['1e999', { type: 'number' }, '1e999'],
    ['5.5', { type: 'integer' }, '5.5'],
    ['five', { type: 'integer' }, 'five'],
    ['', { type: 'integer' }, ''],
    ['"5"', { type: 'integer' }, 5],
    ['5', { type: 'string' }, '5'],
    ['true', { type: 'boolean' }, true],
    ['false', { type: 'boolean' }, false],
    ['yes', { type: 'boolean' }, 'yes'],
    ['true', { type: 'string' }, 'true'],
    ['null', { type: 'null' }, null],
    ['null', { type: 'string' }, 'null'],
    ['[1, 2]', { type: 'array' }, [1, 2]],
    ['"[1, 2]"', { type: 'array' }, [1, 2]],
    ['[1, 2]', { type: 'string' }, '[1, 2]'],
    [
      '{"a": [1, {"b": null}], "c": "d, e"}',
      { type: 'object' },
      { a: [1, { b: null }], c: 'd, e' },
    ],
    ['[1, 2]', { type: 'object' }, '[1, 2]'],
    // several types
    ['20', { type: ['string', 'integer'] }, 20],
    ['"20"', { type: ['string', 'integer'] }, '20'],
    ['twenty', { type: ['string', 'integer'] }, 'twenty'],
    ['null', { type: ['string', 'null'] }, null],
    // enum and const
    ['2', { enum: [1, 2, 3] }, 2],
    ['2', { enum: ['1', '2'] }, '2'],
    ['2', { type: 'string', enum: ['1', '2'] }, '2'],
    ['null', { enum: ['a', null] }, null],
    ['9', { enum: [1, 2, 3] }, '9'],
    ['true', { const: true }, true],
    // combinations
    ['20', { anyOf: [{ type: 'null' }, { type: 'integer' }] }, 20],
    ['null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, null],
    ['20', { oneOf: [{ type: 'string' }, { type: 'boolean' }] }, '20'],
    ['20', { allOf: [{ $ref: '#/$defs/count' }, { minimum: 1 }] }, 20],
    // references
    ['20', { $ref: '#/$defs/count' }, 20],
    ['20', { $ref: '#/$defs/odd~1name' }, 20],
    ['20', { anyOf: [{ $ref: '#/$defs/count' }] }, 20],
    ['20', { $ref: '#/$defs/loop' }, '20'],
    ['20', { $ref: '#/$defs/nowhere' }, '20'],
    ['20', { $ref: 'https://example.org/count.json' }, '20'],
    // a schema that says nothing
    ['20', {}, '20'],
    ['20', true, '20'],
    ['20', null, '20'],
    ['20', { description: 'a count' }, '20'],
    ['20', { type: 5 }, '20'],
  ];
  const $defs = {
    count: { type: 'integer' },
    'odd/name': { $ref: '#/$defs/count' },
    loop: { $ref: '#/$defs/loop' },
  };
  for (const [written, schema, value] of cases) {
    it(`${written || 'nothing'} as ${JSON.stringify(schema)}`, () => {
      expect(read(written, schema, { $defs })).to.deep.equal(value);
    });
  }

  it('are strings without the tool, without its schema, and without the property', () => {
    const argumentsOf = (tools: Tool[]) =>
      parseReply('TOOL_CALL: f(x=5)', tools).toolCalls[0]!.arguments;
    const other = { name: 'g', parameters: { properties: { x: { type: 'integer' } } } };
    for (const tools of [[], [other], [{ name: 'f' }], [{ name: 'f', parameters: {} }]])
      expect(argumentsOf(tools)).to.deep.equal({ x: '5' });
    const named = { name: 'f', parameters: { properties: { toString: { type: 'integer' } } } };
    expect(argumentsOf([named])).to.deep.equal({ x: '5' });
  });

  it('of a map have the type of its values', () => {
    const parameters = { type: 'object', additionalProperties: { type: 'integer' } };
    expect(
      parseReply('TOOL_CALL: f(x=5)', [{ name: 'f', parameters }]).toolCalls[0]!.arguments,
    ).to.deep.equal({ x: 5 });
  });

  it('do not swallow the next one if they only look like JSON', () => {
    const { toolCalls } = parseReply('TOOL_CALL: f(x=[draft, y=2)', [{ name: 'f' }]);
    expect(toolCalls[0]!.arguments).to.deep.equal({ x: '[draft', y: '2' });
  });

  it('as JSON keep their types, whatever the schema says', () => {
    const parameters = { properties: { x: { type: 'string' }, y: { type: 'integer' } } };
    const { toolCalls } = parseReply(
      '<tool_call>{"name":"f","arguments":{"x":5,"y":"5"}}</tool_call>',
      [{ name: 'f', parameters }],
    );
    expect(toolCalls[0]!.arguments).to.deep.equal({ x: 5, y: '5' });
  });
});
