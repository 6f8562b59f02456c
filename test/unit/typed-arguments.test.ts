import { expect } from '@esm-bundle/chai';
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
});

describe('arguments that a model wrote as JSON', () => {
  /** The value of `x`. */
  function readJson(written: unknown, x: unknown): unknown {
    const call = { name: 'f', arguments: { x: written } };
    const parameters: JsonSchema = {
      type: 'object',
      properties: { x },
      $defs: { count: { type: 'integer' } },
    };
    const text = `<tool_call>${JSON.stringify(call)}</tool_call>`;
    const { toolCalls, problems } = parseReply(text, [{ name: 'f', parameters }]);
    expect(problems).to.deep.equal([]);
    return toolCalls[0]!.arguments['x'];
  }

  const cases: [string, unknown, unknown, unknown][] = [
    ['keep a type that fits', 20, { type: 'integer' }, 20],
    ['keep a type of a union', 20, { type: ['string', 'integer'] }, 20],
    ['keep a string of a union', '20', { type: ['string', 'integer'] }, '20'],
    ['keep a type of anyOf', 20, { anyOf: [{ type: 'null' }, { type: 'integer' }] }, 20],
    ['keep null', null, { type: ['string', 'null'] }, null],
    ['keep null that does not fit', null, { type: 'string' }, null],
    ['keep a type without a schema', 20, undefined, 20],
    ['keep a type that the schema leaves open', 20, { description: 'anything' }, 20],
    ['keep an array', [1, 'a', null], { type: 'array' }, [1, 'a', null]],
    ['keep an object where a string is due', { a: 1 }, { type: 'string' }, { a: 1 }],
    ['become the string that is due', 20, { type: 'string' }, '20'],
    ['become the string of an enum', 2, { enum: ['1', '2'] }, '2'],
    ['become the boolean as a string', true, { type: 'string' }, 'true'],
    ['become the number that is due', '20', { type: 'integer' }, 20],
    ['become the number of a reference', '20', { $ref: '#/$defs/count' }, 20],
    ['become the number of an enum', '2', { enum: [1, 2] }, 2],
    ['become the boolean that is due', 'false', { type: 'boolean' }, false],
    ['become the array that is due', '[1, 2]', { type: 'array' }, [1, 2]],
    ['stay a string that is no number', 'five', { type: 'integer' }, 'five'],
    ['stay a string that is no whole number', '5.5', { type: 'integer' }, '5.5'],
    ['fit in an array', [1, '2'], { type: 'array', items: { type: 'string' } }, ['1', '2']],
    [
      'fit in an object',
      { n: '5', s: 5 },
      { type: 'object', properties: { n: { type: 'number' }, s: { type: 'string' } } },
      { n: 5, s: '5' },
    ],
  ];
  for (const [name, written, schema, value] of cases)
    it(`${name}: ${JSON.stringify(written)} as ${JSON.stringify(schema)}`, () => {
      expect(readJson(written, schema)).to.deep.equal(value);
    });

  it('keep a name that every object inherits', () => {
    const { toolCalls } = parseReply(
      '<tool_call>{"name":"f","arguments":{"__proto__":5,"toString":"5"}}</tool_call>',
      [{ name: 'f', parameters: { properties: { x: { type: 'string' } } } }],
    );
    expect(Object.entries(toolCalls[0]!.arguments)).to.deep.equal([
      ['__proto__', 5],
      ['toString', '5'],
    ]);
  });
});
