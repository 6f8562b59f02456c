import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Validator } from '@cfworker/json-schema';
import { ROOT } from '../../scripts/lib/install.mjs';
import { createModelWorker } from '../../scripts/lib/openai/server.mjs';
import { importTypeScript, loadServer } from '../../scripts/lib/typescript.mjs';
import { END_TOKENS } from './openai-helpers.mjs';

/*
 * Constraints without a model: what they match, which tokens they allow, and which are refused. Then
 * constrained decoding in the server's worker.
 */

/** @typedef {import('../../src/engine/constraint/constraint.js').Constraint} Constraint */
/**
 * @typedef {import('../../src/engine/constraint/constraint.js').OutputConstraint} OutputConstraint
 */
/** @typedef {import('../../src/engine/constraint/constraint.js').JsonSchema} JsonSchema */
/** @typedef {import('../../src/engine/protocol.js').GenerateRequest} GenerateRequest */
/**
 * @typedef {import('../../src/engine/constraint/constraint-compiler.js').ConstraintCompiler}
 *   Compiler
 */
/** @typedef {ReturnType<Compiler['start']>} Matcher */
/** @typedef {import('../../src/engine/constraint/automaton.js').State} State */
/** @typedef {import('@cfworker/json-schema').Schema} ValidatorSchema */

/** @param {string} file */
const load = (file) => importTypeScript(`src/engine/constraint/${file}.ts`);
const { Automaton } =
  /** @type {typeof import('../../src/engine/constraint/automaton.js')} */
  (await load('automaton'));
const { ConstraintCompiler } =
  /** @type {typeof import('../../src/engine/constraint/constraint-compiler.js')} */
  (await load('constraint-compiler'));
const { applyMask } =
  /** @type {typeof import('../../src/engine/constraint/matcher.js')} */
  (await load('matcher'));
const { translate } =
  /** @type {typeof import('../../src/engine/constraint/translate.js')} */
  (await load('translate'));
const { readVocabulary } =
  /** @type {typeof import('../../src/engine/constraint/vocabulary.js')} */
  (await load('vocabulary'));
const { SCHEMAS } =
  /** @type {typeof import('../constraint-cases.js')} */
  (await importTypeScript('test/constraint-cases.ts'));

/** @param {Constraint} constraint */
const automatonOf = (constraint) => Automaton.from(translate(constraint));
/** @param {Constraint} constraint Some text must match it. */
function matcher(constraint) {
  const automaton = automatonOf(constraint);
  assert.ok(automaton, 'some text matches');
  return automaton;
}
/** @type {(constraint: Constraint, text: string) => boolean} */
const matches = (constraint, text) => automatonOf(constraint)?.matches(text) ?? false;
/** @type {(schema: JsonSchema, text: string) => boolean} */
const matchesSchema = (schema, text) => matches({ type: 'json-schema', schema }, text);

async function tinyVocabulary() {
  const file = path.join(ROOT, 'public/models/unmocked-tiny/tokenizer.json');
  const tokenizer = JSON.parse(await readFile(file, 'utf8'));
  return readVocabulary(new Map(Object.entries(tokenizer.model.vocab)), tokenizer);
}
const vocabulary = await tinyVocabulary();
const [END = NaN] = END_TOKENS;

/** @param {number} id A token that stands for text. */
function bytesOf(id) {
  const bytes = vocabulary[id];
  assert.ok(bytes, `token ${id} stands for text`);
  return bytes;
}

/** @type {(ids: readonly number[], random: () => number) => number} */
function oneOf(ids, random) {
  const id = ids[Math.floor(random() * ids.length)];
  assert.ok(id !== undefined, 'a token is allowed');
  return id;
}

/**
 * Mulberry32.
 *
 * @param {number} seed
 */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {Matcher} constrained */
function allowedTokens(constrained, size = vocabulary.length) {
  const logits = new Float32Array(size);
  constrained.apply(logits);
  return [...logits.keys()].filter((id) => logits[id] === 0);
}

/**
 * A string of random allowed tokens; undefined if it does not end within `limit` tokens.
 *
 * @param {Compiler} compiler
 * @param {OutputConstraint} constraint
 * @param {() => number} random
 */
function randomText(compiler, constraint, random, limit = 300) {
  const constrained = compiler.start(constraint);
  /** @type {number[]} */
  const bytes = [];
  for (let count = 0; count < limit; count++) {
    const allowed = allowedTokens(constrained);
    const canEnd = allowed.includes(END);
    assert.equal(canEnd, constrained.complete);
    const id = canEnd && random() < 0.4 ? END : oneOf(allowed, random);
    if (id === END) return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    bytes.push(...bytesOf(id));
    constrained.accept(id);
  }
  return undefined;
}

describe('random tokens that a schema allows', () => {
  const compiler = new ConstraintCompiler(() => vocabulary, [END]);
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    test(`parse and fit: ${name}`, () => {
      const validator = new Validator(
        /** @type {ValidatorSchema | boolean} */ (schema),
        '2020-12',
        false,
      );
      const random = randomNumbers(name.length);
      let ended = 0;
      for (let run = 0; run < 40; run++) {
        const text = randomText(compiler, { type: 'json-schema', schema }, random);
        if (text === undefined) continue;
        ended++;
        const { valid, errors } = validator.validate(JSON.parse(text));
        assert.ok(valid, `${text}: ${errors.map(({ error }) => error).join('; ')}`);
      }
      assert.ok(ended >= 10, `only ${ended} of 40 texts ended`);
    });
  }

  test('parse: any JSON object', () => {
    const random = randomNumbers(1);
    const texts = Array.from({ length: 60 }, () => randomText(compiler, { type: 'json' }, random));
    const values = texts.filter((text) => text !== undefined).map((text) => JSON.parse(text));
    assert.ok(values.length > 10);
    for (const value of values)
      assert.equal(Object.prototype.toString.call(value), '[object Object]');
  });
});

const open = { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: true };
const closed = { ...open, additionalProperties: false };
const tree = { type: 'object', properties: { a: { $ref: '#' } }, additionalProperties: false };

describe('a schema matches', () => {
  /** @type {[schema: JsonSchema, yes: string[], no: string[]][]} */
  const cases = [
    [
      true,
      ['null', '{}', '[1,"a",{"b":[]}]', '-1.5e-10'],
      ['', 'nul', '{a:1}', '[1,]', '01', '-0'],
    ],
    [{ type: 'string' }, ['""', '"a\\n\\"\\\\ü😀\\u0000"'], ['"', '"\n"', '"\\x"', "'a'"]],
    [{ type: 'string', maxLength: 2 }, ['"😀😀"', '"\\n\\n"'], ['"abc"', '"\\n\\n\\n"']],
    [{ type: 'string', pattern: 'b' }, ['"b"', '"abc"', '"\\nb"'], ['"a"', '""']],
    [{ type: 'string', pattern: '^"\\n$' }, ['"\\"\\n"'], ['""\n"']],
    [{ type: 'integer' }, ['0', '-12', '123456789012345'], ['1.0', '-0', '00', '1234567890123456']],
    [
      { type: 'number', maximum: 5 },
      ['5', '5.0', '4.999', '-123.5', '0'],
      ['5.01', '6', '10', '1e0'],
    ],
    [{ type: 'number', exclusiveMinimum: 5 }, ['5.001', '6', '10'], ['5', '5.000', '4.9', '-6']],
    [{ multipleOf: 0.01, type: 'number' }, ['1', '0.25', '-3.5'], ['0.125', '1e2']],
    [closed, ['{}', '{"a":1}'], ['{"a":1,"a":2}', '{"b":1}', '{ "a":1}', '{"a":"x"}', '{"a":1,}']],
    [open, ['{}', '{"a":1,"b":"x"}', '{"ab":null}'], ['{"b":1,"a":2}', '{"b":1,"a":"x"}']],
    [{ type: 'object', properties: { a: {} } }, ['{}', '{"a":[{}]}'], ['{"b":1}']],
    [
      { type: 'object', properties: { b: { const: 1 }, a: { const: 2 } }, required: ['a'] },
      ['{"b":1,"a":2}', '{"a":2}'],
      ['{"a":2,"b":1}', '{"b":1}', '{}'],
    ],
    [{ type: 'array', minItems: 1, maxItems: 2 }, ['[1]', '[[],{}]'], ['[]', '[1,2,3]', '[1 ,2]']],
    [{ type: 'array', items: false }, ['[]'], ['[1]']],
    [{ items: [{ type: 'null' }], additionalItems: false }, ['[null]'], ['[]', '[null,null]']],
    [tree, ['{}', '{"a":{"a":{"a":{}}}}'], ['{"a":{"a":1}}', '{"a":{']],
    [{ anyOf: [{ type: 'null' }, { type: 'boolean' }] }, ['null', 'true', 'false'], ['0', 'True']],
    [{ $ref: '#/$defs/a%25~1b', $defs: { 'a%/b': { const: 1 } } }, ['1'], ['2']],
    [{ properties: { 1: { type: 'null' } }, required: ['1'] }, ['{"1":null}'], ['{}']],
    [{ type: 'integer', nullable: true, title: 'T', 'x-order': 1 }, ['1'], ['null']],
  ];
  for (const [schema, yes, no] of cases)
    test(JSON.stringify(schema), () => {
      for (const text of yes) assert.ok(matchesSchema(schema, text), `${text} should match`);
      for (const text of no) assert.ok(!matchesSchema(schema, text), `${text} should not match`);
    });

  test('numbers exactly within bounds', () => {
    const texts = Array.from({ length: 2401 }, (_, index) => String((index - 1200) / 100));
    /** @type {[low: number, high: number][]} */
    const bounds = [
      [-3, 4],
      [0, 0],
      [-0.5, 0.05],
      [9.9, 10.01],
      [-12, -9.75],
      [3, 3.3],
    ];
    for (const [low, high] of bounds) {
      const inside = matcher({
        type: 'json-schema',
        schema: { type: 'number', minimum: low, maximum: high },
      });
      const between = automatonOf({
        type: 'json-schema',
        schema: { type: 'number', exclusiveMinimum: low, exclusiveMaximum: high },
      });
      const whole = automatonOf({
        type: 'json-schema',
        schema: { type: 'integer', minimum: low, maximum: high },
      });
      for (const text of texts) {
        const value = Number(text);
        assert.equal(
          inside.matches(text),
          value >= low && value <= high,
          `${text} in ${low}..${high}`,
        );
        assert.equal(
          between?.matches(text) ?? false,
          value > low && value < high,
          `${text} between ${low} and ${high}`,
        );
        assert.equal(
          whole?.matches(text) ?? false,
          Number.isInteger(value) && value >= low && value <= high,
          `${text} as an integer in ${low}..${high}`,
        );
      }
    }
  });

  test('spaced, as Python writes JSON', () => {
    /** @type {Constraint} */
    const spaced = { type: 'json-schema', schema: { const: { a: [1, 2] } }, spaced: true };
    assert.ok(matches(spaced, '{"a": [1, 2]}'));
    assert.ok(!matches(spaced, '{"a":[1,2]}'));
  });
});

describe('a pattern matches what JavaScript matches', () => {
  const texts = [
    '',
    'a',
    'b',
    'ab',
    'abc',
    'aab',
    'A',
    'é',
    '😀',
    '5',
    '42',
    '-',
    '_',
    ' ',
    '\n',
    '"',
    '\\',
    ']',
    'a-b',
    'a.b',
    'xyz',
    'foo.bar',
    '٣',
    '\u2028',
    '\ufeff',
  ];
  for (const pattern of [
    'a',
    'a|b',
    '(?:a|b)+',
    'a*b',
    'a+?b?',
    'a{2}b',
    'a{0,1}b',
    'a{1,}',
    '[a-c]+',
    '[^a-c]',
    '[^]',
    '.',
    '.*',
    '\\d+',
    '\\D',
    '\\w+',
    '\\W',
    '\\s',
    '\\S+',
    '[\\d-]',
    '[-a]',
    '[\\]\\\\"]',
    '\\x61',
    '\\u0061',
    '\\u{1F600}',
    '\\p{L}',
    '\\P{L}+',
    '[\\p{Nd}a]',
    '(?<name>a)b',
    'foo\\.bar',
    '^a$|^b$',
    '^(a|b)c?$',
    '()',
    'a||b',
    '\\n',
    '[\\b]',
    '\\-',
    '[\\w.]+',
    '\\/',
    '\\cJ',
    '{',
    'a{,2}',
    '(a(b(c)?)?)?',
  ])
    test(pattern, () => {
      const unicode = !['\\-', '{', 'a{,2}'].includes(pattern);
      const whole = new RegExp(`^(?:${pattern})$`, unicode ? 'u' : '');
      const anywhere = new RegExp(pattern, unicode ? 'u' : '');
      const regex = matcher({ type: 'regex', pattern });
      const schema = matcher({ type: 'json-schema', schema: { type: 'string', pattern } });
      for (const text of texts) {
        assert.equal(regex.matches(text), whole.test(text), JSON.stringify(text));
        assert.equal(
          schema.matches(JSON.stringify(text)),
          anywhere.test(text),
          `in ${JSON.stringify(text)}`,
        );
      }
    });
});

describe('a grammar matches', () => {
  /** @type {[ebnf: string, yes: string[], no: string[]][]} */
  const cases = [
    ['root ::= "yes" | "no"', ['yes', 'no'], ['', 'y', 'yesno']],
    ['root ::= [a-c]+ ("-" [^a-z\\n]{2,3})?', ['a', 'cab-12', 'a-ÄÖÜ'], ['', 'a-', 'a-x1', 'a-1']],
    [
      'root ::= item ("," item)*\nitem ::= "(" root? ")" # nested\n  | "x"',
      ['x', '(),(x,())'],
      ['(', ')', 'x,'],
    ],
    ['root ::= list\nlist ::= "a" list | ""', ['', 'aaa'], ['b']],
    ['root ::= "\\x41\\u00e9\\U0001F600\\"\\n" .', ['Aé😀"\nx'], ['Aé😀"\n']],
  ];
  for (const [ebnf, yes, no] of cases)
    test(JSON.stringify(ebnf), () => {
      for (const text of yes) assert.ok(matches({ type: 'grammar', ebnf }, text), text);
      for (const text of no) assert.ok(!matches({ type: 'grammar', ebnf }, text), text);
    });
});

test('constraints nest: text, then tool calls', () => {
  /** @type {Constraint} */
  const call = {
    type: 'sequence',
    parts: [
      '<tool_call>\n',
      {
        type: 'choice',
        options: ['a', { type: 'json-schema', schema: { const: { n: 1 } }, spaced: true }],
      },
      '\n</tool_call>',
    ],
  };
  /** @type {Constraint} */
  const constraint = {
    type: 'sequence',
    parts: [
      { type: 'text-without', text: '<tool_call>' },
      { type: 'repeat', of: call, separator: '\n', max: 2 },
    ],
  };
  const one = '<tool_call>\n{"n": 1}\n</tool_call>';
  for (const text of [
    '',
    'hello <tool',
    one,
    `hi <<${one}`,
    `${one}\n<tool_call>\na\n</tool_call>`,
  ])
    assert.ok(matches(constraint, text), text);
  for (const text of ['<tool_call>', `${one}${one}`, `${one} bye`, [one, one, one].join('\n')])
    assert.ok(!matches(constraint, text), text);
});

describe('a constraint is refused', () => {
  /** @type {(value: JsonSchema) => Constraint} */
  const schema = (value) => ({ type: 'json-schema', schema: value });
  /** @type {(depth: number) => JsonSchema} */
  const deep = (depth) => (depth === 0 ? true : { type: 'array', items: deep(depth - 1) });
  const unknown = /** @type {Constraint} */ (/** @type {unknown} */ ({ type: 'xml' }));
  /** @type {[name: string, constraint: OutputConstraint, code: string, message: RegExp][]} */
  const cases = [
    ['type', unknown, 'invalid-constraint', /"xml".*json-schema/],
    [
      'schema type',
      schema({ properties: { a: { type: 'text' } } }),
      'invalid-constraint',
      /#\/properties\/a\/type is "text"/,
    ],
    [
      'not a schema',
      schema({ properties: { a: 5 } }),
      'invalid-constraint',
      /#\/properties\/a is 5/,
    ],
    ['value of a keyword', schema({ minLength: -1 }), 'invalid-constraint', /#\/minLength is -1/],
    ['required', schema({ required: true }), 'invalid-constraint', /#\/required is true/],
    ['unknown reference', schema({ $ref: '#/$defs/a' }), 'invalid-constraint', /#\/\$defs\/a/],
    ['remote reference', schema({ $ref: 'https://example.com/a' }), 'unsupported', /example\.com/],
    [
      'circle of references',
      schema({ $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }),
      'invalid-constraint',
      /No output fits/,
    ],
    [
      'endless value',
      schema({ type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }),
      'invalid-constraint',
      /No output fits/,
    ],
    ['false', schema(false), 'invalid-constraint', /No output fits/],
    [
      'contradicting bounds',
      schema({ type: 'integer', minimum: 5, maximum: 4 }),
      'invalid-constraint',
      /No output fits/,
    ],
    [
      'not',
      schema({ properties: { a: { not: {} } } }),
      'unsupported',
      /#\/properties\/a uses "not"/,
    ],
    ['if', schema({ if: {} }), 'unsupported', /"if"/],
    ['contains', schema({ contains: {} }), 'unsupported', /"contains"/],
    ['uniqueItems', schema({ type: 'array', uniqueItems: true }), 'unsupported', /uniqueItems/],
    [
      'oneOf that overlaps',
      schema({ oneOf: [{ type: 'integer' }, { type: 'number' }] }),
      'unsupported',
      /#\/oneOf/,
    ],
    ['format', schema({ type: 'string', format: 'regex' }), 'unsupported', /"regex".*uuid/],
    ['multipleOf', schema({ type: 'number', multipleOf: 0.3 }), 'unsupported', /0\.3/],
    [
      'minProperties',
      schema({ type: 'object', minProperties: 2 }),
      'unsupported',
      /#\/minProperties/,
    ],
    [
      'maxProperties',
      schema({ properties: { a: {}, b: {} }, maxProperties: 1 }),
      'unsupported',
      /#\/maxProperties/,
    ],
    ['depth', schema(deep(400)), 'unsupported', /deep/],
    ['pattern syntax', { type: 'regex', pattern: 'a(b' }, 'invalid-constraint', /a\(b/],
    ['lookahead', { type: 'regex', pattern: 'a(?=b)' }, 'unsupported', /lookahead/],
    ['back reference', { type: 'regex', pattern: '(a)\\1' }, 'unsupported', /back reference/],
    ['word boundary', schema({ type: 'string', pattern: '\\ba' }), 'unsupported', /\\ba/],
    ['inner anchor', { type: 'regex', pattern: '(^a)b' }, 'unsupported', /"\^"/],
    ['count', { type: 'regex', pattern: '(ab?){1000000}' }, 'invalid-constraint', /too large/],
    [
      'parentheses',
      { type: 'regex', pattern: '('.repeat(20_000) + ')'.repeat(20_000) },
      'invalid-constraint',
      /nested too deeply/,
    ],
    [
      'grammar without root',
      { type: 'grammar', ebnf: 'a ::= "b"' },
      'invalid-constraint',
      /"root" is missing/,
    ],
    [
      'grammar syntax',
      { type: 'grammar', ebnf: 'root ::= "a"\nb ::= ("c"' },
      'invalid-constraint',
      /line 2.*"\)"/,
    ],
    [
      'unknown rule',
      { type: 'grammar', ebnf: 'root ::= a' },
      'invalid-constraint',
      /"a" is missing/,
    ],
    [
      'left recursion',
      { type: 'grammar', ebnf: 'root ::= root "a" | "b"' },
      'invalid-constraint',
      /left recursion/,
    ],
    [
      'hidden left recursion',
      { type: 'grammar', ebnf: 'root ::= "c"? a\na ::= root "a" | "b"' },
      'invalid-constraint',
      /left recursion/,
    ],
    [
      'prefix',
      { ...schema({ type: 'integer' }), prefix: '12a' },
      'invalid-constraint',
      /prefix "12a" does not fit .*"integer"/,
    ],
    [
      'prefix beyond the end',
      { type: 'regex', pattern: 'yes|no', prefix: 'yes!' },
      'invalid-constraint',
      /prefix "yes!"/,
    ],
  ];
  for (const [name, constraint, code, message] of cases)
    test(name, () => {
      const compiler = new ConstraintCompiler(() => vocabulary, [END]);
      assert.throws(
        () => compiler.start(constraint),
        (/** @type {import('../../src/errors.js').UnmockedError} */ error) => {
          assert.equal(error.code, code, error.message);
          assert.match(error.message, message);
          return true;
        },
      );
    });

  test('a model without an end-of-text token', () => {
    const compiler = new ConstraintCompiler(() => vocabulary, []);
    assert.throws(() => compiler.start({ type: 'json' }), { code: 'unsupported' });
  });
});

describe('tokens', () => {
  const sentencePiece = {
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    added_tokens: [
      { id: 0, content: '<s>', special: true },
      { id: 1, content: '<tool_call>', special: false },
      { id: 2, content: '"', special: true },
    ],
  };
  const pieces = ['<s>', '<tool_call>', '"', '▁a', '<0xC3>', '<0xA9>', 'é', '▁', 'b'];
  const spVocabulary = readVocabulary(
    new Map(pieces.map((piece, id) => [piece, id])),
    sentencePiece,
  );
  /** @type {(pattern: string, ids?: number[], prefix?: string) => number[]} */
  const allowed = (pattern, ids = [], prefix = undefined) => {
    const compiler = new ConstraintCompiler(() => spVocabulary, [0]);
    const constrained = compiler.start({ type: 'regex', pattern, prefix });
    for (const id of ids) constrained.accept(id);
    return allowedTokens(constrained, spVocabulary.length);
  };

  test('SentencePiece: spaces and bytes', () => {
    assert.deepEqual(allowed(' a'), [3, 7]);
    assert.deepEqual(allowed('é'), [4, 6]);
    assert.deepEqual(allowed('é', [4]), [5]);
    assert.deepEqual(allowed('é', [6]), [0]);
  });

  test('the output continues a prefix, whatever tokens the prefix falls into', () => {
    assert.deepEqual(allowed(' éb', [], ' '), [4, 6]);
    assert.deepEqual(allowed(' éb', [4], ' '), [5]);
    assert.deepEqual(allowed(' éb', [], ' é'), [8]);
    assert.deepEqual(allowed(' éb', [], ' éb'), [0]);
    assert.deepEqual(allowed('é', [], ''), [4, 6]);
  });

  test('special tokens are no text, added ones are', () => {
    assert.deepEqual(allowed('<s>b|b'), [8]);
    assert.deepEqual(allowed('<tool_call>b'), [1]);
  });

  test('a character without a token is an error, not a wrong text', () => {
    assert.throws(() => allowed('x'), { code: 'unsupported', message: /no token/ });
  });

  test('byte-level: characters over several tokens, and every byte', () => {
    assert.equal(vocabulary[END], undefined);
    const single = new Set(vocabulary.flatMap((bytes) => (bytes?.length === 1 ? [...bytes] : [])));
    assert.equal(single.size, 256);
  });

  test('another kind of tokenizer is refused', () => {
    assert.throws(() => readVocabulary(new Map(), { decoder: { type: 'WordPiece' } }), {
      code: 'unsupported',
      message: /WordPiece/,
    });
  });

  test('an end token ends only a complete output, even if it is text elsewhere', () => {
    const compiler = new ConstraintCompiler(() => spVocabulary, [8]);
    const constrained = compiler.start({ type: 'regex', pattern: '( a|b){2}' });
    assert.deepEqual(allowedTokens(constrained, 9), [3, 7]);
  });

  test('logits beyond the vocabulary are ruled out', () => {
    const logits = new Float32Array(70);
    applyMask(logits, Int32Array.of(-1, 0b101));
    assert.deepEqual(
      [...logits.keys()].filter((id) => logits[id] === 0),
      [...Array(32).keys(), 32, 34],
    );
  });

  test('the mask is that of the tokens one by one, far from a limit and near it', () => {
    const compiler = new ConstraintCompiler(() => vocabulary, [END]);
    for (const schema of [
      { type: 'string', maxLength: 60 },
      { type: 'string', minLength: 60 },
      { type: 'string', pattern: '^[a-z ]{40,50}!$', maxLength: 45 },
      { type: 'array', items: { type: 'string', maxLength: 40 }, minItems: 40, maxItems: 50 },
    ]) {
      /** @type {Constraint} */
      const constraint = { type: 'json-schema', schema };
      const automaton = matcher(constraint);
      /** @type {(from: State, bytes: Uint8Array) => State | null} */
      const after = (from, bytes) => {
        /** @type {State | null} */
        let state = from;
        for (const byte of bytes) state = state && automaton.step(state, byte);
        return state;
      };
      const random = randomNumbers(7);
      const constrained = compiler.start(constraint);
      let state = automaton.start;
      for (let count = 0; count < 60; count++) {
        const allowed = allowedTokens(constrained);
        const from = state;
        const expected = vocabulary.flatMap((bytes, id) =>
          (bytes ? after(from, bytes) : id === END && from.accepting) ? [id] : [],
        );
        assert.deepEqual(allowed, expected, JSON.stringify(schema));
        const texts = allowed.filter((id) => id !== END);
        if (texts.length === 0) break;
        const id = oneOf(texts, random);
        constrained.accept(id);
        const next = after(state, bytesOf(id));
        assert.ok(next);
        state = next;
      }
    }
  });

  test('the last eight constraints stay compiled', () => {
    const compiler = new ConstraintCompiler(() => vocabulary, [END]);
    let reads = 0;
    /** @type {Constraint} */
    const part = {
      type: 'regex',
      get pattern() {
        reads++;
        return 'a{2}';
      },
    };
    const start = (prefix = '') => compiler.start({ type: 'sequence', parts: [part], prefix });
    const readsOf = (call = start) => {
      reads = 0;
      call();
      return reads;
    };
    // A lookup reads the pattern once, and compiling it reads it once more. A prefix changes nothing.
    assert.equal(readsOf(), 2);
    assert.equal(readsOf(), 1);
    assert.equal(
      readsOf(() => start('a')),
      1,
    );
    for (let count = 0; count < 7; count++) compiler.start({ type: 'regex', pattern: `b${count}` });
    assert.equal(readsOf(), 1);
    for (let count = 0; count < 8; count++) compiler.start({ type: 'regex', pattern: `c${count}` });
    assert.equal(readsOf(), 2);
  });

  test('requests with one constraint do not disturb each other', () => {
    const compiler = new ConstraintCompiler(() => spVocabulary, [0]);
    const start = () => compiler.start({ type: 'regex', pattern: 'éb' });
    const one = start();
    const other = start();
    one.accept(4);
    assert.deepEqual(allowedTokens(other, 9), [4, 6]);
    other.accept(6);
    assert.deepEqual(allowedTokens(one, 9), [5]);
    assert.deepEqual(allowedTokens(other, 9), [8]);
    assert.throws(() => one.accept(8), /token 8/);
  });
});

describe("in the server's worker", () => {
  /** @type {InstanceType<Awaited<ReturnType<typeof loadServer>>['ModelHost']>} */
  let host;
  /** @type {import('../../server/index.js').ServedModel} */
  let model;
  before(async () => {
    const { ModelHost } = await loadServer();
    host = new ModelHost(createModelWorker);
    model = await host.load({ model: 'unmocked-tiny', root: ROOT });
  });
  after(() => host?.close());

  const request = {
    prompt: 'User: Hello\nAssistant:',
    maxTokens: 200,
    temperature: 0,
    topP: 1,
    topK: 0,
    repetitionPenalty: 1,
    seed: 3,
    stop: [],
    client: 'test',
  };
  /** @param {Partial<GenerateRequest>} values */
  const generate = (values) =>
    model.generate({ ...request, ...values }, () => undefined, new AbortController().signal);

  test('the output fits', async () => {
    const schema = SCHEMAS['nested objects'];
    assert.ok(schema);
    for (const sampling of [{}, { temperature: 1, topP: 0.9, topK: 50 }]) {
      const { text, finishReason } = await generate({
        ...sampling,
        constraint: { type: 'json-schema', schema },
      });
      assert.equal(finishReason, 'stop');
      assert.ok(
        new Validator(/** @type {ValidatorSchema} */ (schema), '2020-12').validate(JSON.parse(text))
          .valid,
        text,
      );
    }
  });

  test('a constraint that is wrong is an error with its code, and the worker goes on', async () => {
    await assert.rejects(generate({ constraint: { type: 'regex', pattern: '(' } }), {
      code: 'invalid-constraint',
    });
    const { text } = await generate({ constraint: { type: 'regex', pattern: 'yes|no' } });
    assert.match(text, /^(yes|no)$/);
  });

  test('the output continues a prefix', async () => {
    const prefix = '{"name":"Luna","age":';
    const { text } = await generate({
      prompt: `${request.prompt} ${prefix}`,
      constraint: {
        type: 'json-schema',
        schema: {
          properties: { name: { type: 'string' }, age: { type: 'integer', maximum: 99 } },
          required: ['name', 'age'],
        },
        prefix,
      },
    });
    assert.match(text, /^-?\d+\}$/);
  });
});
