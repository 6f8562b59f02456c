import { Automaton } from './automaton.js';
import type { JsonSchema } from './constraint.js';
import {
  anyOfTexts,
  choice,
  EMPTY,
  NOTHING,
  Rule,
  separated,
  sequence,
  text,
  type Expression,
} from './expression.js';
import { invalid, unsupported } from './json-schema-error.js';
import { jsonNumber } from './json-number.js';
import { jsonObject, type JsonStyle } from './json-object.js';
import { jsonString } from './json-string.js';
import { checkKeywords } from './schema-check.js';
import {
  COMBINATORS,
  CONSTRAINING,
  isObject,
  KEYWORDS_OF_TYPE,
  type JsonType,
  type SchemaObject,
} from './schema-keywords.js';
import { commonTypes, mergeSchemas, typesOf, withoutConst } from './schema-merge.js';
import { STRING_FORMATS } from './string-formats.js';

/** Schemas inside schemas, and references to references. People write fewer than ten. */
const MAX_DEPTH = 200;

/**
 * Translates a JSON Schema (draft 2020-12, and draft 7's older keywords). Everything that matches
 * fits the schema. Not everything that fits can be generated: properties keep their order, and
 * undeclared ones appear only if `additionalProperties` allows them explicitly.
 *
 * @throws UnmockedError `invalid-constraint` for a schema that is wrong, `unsupported` for a
 *   keyword that is not implemented; the message names keyword and place.
 */
export function schemaExpression(schema: JsonSchema, style: JsonStyle): Expression {
  return new SchemaTranslator(schema, style).translate(schema, '#');
}

class SchemaTranslator {
  readonly #root: JsonSchema;
  readonly #style: JsonStyle;
  /** One rule for each schema, so that recursive schemas come to an end. */
  readonly #rules = new Map<string, Rule>();
  #depth = 0;

  constructor(root: JsonSchema, style: JsonStyle) {
    this.#root = root;
    this.#style = style;
  }

  /** @param path where the schema is, for messages */
  translate(schema: unknown, path: string): Expression {
    if (schema === false) return NOTHING;
    if (schema !== true && !isObject(schema))
      throw invalid(path, `is ${JSON.stringify(schema)}, but a schema is an object, true or false`);
    const key = JSON.stringify(schema);
    let rule = this.#rules.get(key);
    if (!rule) {
      rule = new Rule(path);
      this.#rules.set(key, rule);
      if (++this.#depth > MAX_DEPTH)
        throw unsupported(path, `is nested more than ${MAX_DEPTH} schemas deep`);
      rule.body = this.#body(schema === true ? {} : schema, path);
      this.#depth--;
    }
    return rule;
  }

  #body(schema: SchemaObject, path: string): Expression {
    checkKeywords(schema, path);
    const used = COMBINATORS.filter((keyword) => schema[keyword] !== undefined);
    const alone = used.length === 1 && !Object.keys(schema).some((key) => CONSTRAINING.has(key));
    if (alone && used[0] === '$ref') {
      const { target, at } = this.#resolve(schema, path);
      return this.translate(target, at);
    }
    if (alone && used[0] === 'anyOf')
      return choice(
        ...listOf(schema, 'anyOf').map((one, index) =>
          this.translate(one, `${path}/anyOf/${index}`),
        ),
      );
    if (used.length > 0)
      return choice(...this.#expand(schema, path).map((one) => this.translate(one, path)));
    return this.#plain(schema, path);
  }

  /** The same as alternatives that contain no `$ref`, `allOf`, `anyOf` or `oneOf` of their own. */
  #expand(schema: unknown, path: string, depth = 0): unknown[] {
    if (depth > MAX_DEPTH)
      throw invalid(path, 'refers to itself without an end. Break the circle of $ref');
    if (!isObject(schema)) return schema === false ? [] : [schema];
    checkKeywords(schema, path);
    const base: Record<string, unknown> = { ...schema };
    for (const keyword of COMBINATORS) delete base[keyword];
    let alternatives: unknown[] = [base];
    const combine = (others: unknown[], keyword: string) => {
      const refuse = (which: string) =>
        unsupported(`${path}/${keyword}`, `combines two different values of "${which}"`);
      alternatives = alternatives
        .flatMap((one) => others.map((other) => mergeSchemas(one, other, refuse)))
        .filter((one) => one !== false);
    };
    if (schema['$ref'] !== undefined) {
      const { target, at } = this.#resolve(schema, path);
      combine(this.#expand(target, at, depth + 1), '$ref');
    }
    const expandAll = (keyword: 'allOf' | 'anyOf' | 'oneOf') =>
      listOf(schema, keyword).map((one, index) =>
        this.#expand(one, `${path}/${keyword}/${index}`, depth + 1),
      );
    for (const one of expandAll('allOf')) combine(one, 'allOf');
    if (schema['anyOf'] !== undefined) combine(expandAll('anyOf').flat(), 'anyOf');
    if (schema['oneOf'] !== undefined) {
      const options = expandAll('oneOf');
      this.#requireExclusive(options, path);
      combine(options.flat(), 'oneOf');
    }
    return alternatives;
  }

  /** A value that fits two alternatives does not fit a `oneOf`, so no value may fit two. */
  #requireExclusive(options: unknown[][], path: string): void {
    for (const [index, one] of options.entries()) {
      for (const other of options.slice(index + 1))
        if (one.some((a) => other.some((b) => !areExclusive(a, b))))
          throw unsupported(
            `${path}/oneOf`,
            'has alternatives that one value may fit together. ' +
              'Use anyOf, or give them different types or a property with different "const" ' +
              'values',
          );
    }
  }

  #plain(schema: SchemaObject, path: string): Expression {
    if (schema['const'] !== undefined || schema['enum'] !== undefined)
      return this.#enumeration(withoutConst(schema), path);
    const types = typesOf(schema) ?? impliedTypes(schema);
    return choice(...types.map((type) => this.#ofType(type, schema, path)));
  }

  #enumeration({ enum: values, ...others }: SchemaObject, path: string): Expression {
    const written = (values as unknown[]).map((value) => this.#write(value));
    if (!Object.keys(others).some((key) => CONSTRAINING.has(key))) return anyOfTexts(written);
    const rest = Automaton.from(this.translate(others, path));
    return anyOfTexts(written.filter((value) => rest?.matches(value)));
  }

  #write(value: unknown): string {
    const { comma, colon } = this.#style;
    if (Array.isArray(value)) return `[${value.map((one) => this.#write(one)).join(comma)}]`;
    if (!isObject(value)) return JSON.stringify(value);
    const entries = Object.entries(value).map(
      ([name, one]) => JSON.stringify(name) + colon + this.#write(one),
    );
    return `{${entries.join(comma)}}`;
  }

  #ofType(type: JsonType, schema: SchemaObject, path: string): Expression {
    switch (type) {
      case 'null':
        return text('null');
      case 'boolean':
        return choice(text('true'), text('false'));
      case 'string':
        return this.#string(schema, path);
      case 'integer':
      case 'number':
        return this.#number(type, schema, path);
      case 'array':
        return this.#array(schema, path);
      case 'object':
        return jsonObject(schema, path, this.#style, (one, at) => this.translate(one, at));
      default:
        throw invalid(
          `${path}/type`,
          `is ${JSON.stringify(type)}, but the types are object, array, string, number, ` +
            'integer, boolean and null',
        );
    }
  }

  #string(schema: SchemaObject, path: string): Expression {
    const patterns = [schema['pattern'] ?? []].flat() as string[];
    const { format } = schema;
    if (format !== undefined) {
      const pattern = STRING_FORMATS[format as string];
      if (pattern === undefined)
        throw unsupported(
          `${path}/format`,
          `is ${JSON.stringify(format)}. The formats are ${Object.keys(STRING_FORMATS).join(', ')}`,
        );
      patterns.push(pattern);
    }
    return jsonString({
      minLength: schema['minLength'] as number | undefined,
      maxLength: schema['maxLength'] as number | undefined,
      patterns,
    });
  }

  #number(type: 'integer' | 'number', schema: SchemaObject, path: string): Expression {
    const multipleOf = schema['multipleOf'] as number | undefined;
    const whole = multipleOf !== undefined && Number.isInteger(multipleOf);
    const decimals =
      multipleOf === undefined || whole ? undefined : /^0\.(0*)1$/.exec(String(multipleOf));
    if (decimals === null || (whole && multipleOf > 1000))
      throw unsupported(
        `${path}/multipleOf`,
        `is ${multipleOf}. It may be a whole number up to 1000, or 0.1, 0.01 and so on`,
      );
    return jsonNumber({
      integer: type === 'integer' || whole,
      minimum: schema['minimum'] as number | undefined,
      maximum: schema['maximum'] as number | undefined,
      exclusiveMinimum: schema['exclusiveMinimum'] as number | undefined,
      exclusiveMaximum: schema['exclusiveMaximum'] as number | undefined,
      ...(whole ? { multipleOf } : {}),
      ...(decimals ? { decimals: decimals[1]!.length + 1 } : {}),
    });
  }

  #array(schema: SchemaObject, path: string): Expression {
    // Draft 7 wrote tuples as a list in `items`, and the rest as `additionalItems`.
    const isOldTuple = Array.isArray(schema['items']);
    const tuple = (isOldTuple ? schema['items'] : (schema['prefixItems'] ?? [])) as unknown[];
    const others = isOldTuple ? schema['additionalItems'] : schema['items'];
    const min = (schema['minItems'] as number | undefined) ?? 0;
    const max = (schema['maxItems'] as number | undefined) ?? Infinity;
    if (schema['uniqueItems'] === true && max > 1)
      throw unsupported(
        path,
        'uses "uniqueItems". Drop it and check the result, or set maxItems to 1',
      );
    const first = tuple
      .slice(0, max)
      .map((one, index) => this.translate(one, `${path}/prefixItems/${index}`));
    const restMin = Math.max(0, min - first.length);
    const restMax = others === undefined && first.length > 0 ? restMin : max - first.length;
    const comma = text(this.#style.comma);
    const item = this.translate(others ?? true, `${path}/items`);
    const head = first.flatMap((one, index) => (index === 0 ? [one] : [comma, one]));
    const rest = separated(item, comma, restMin, restMax);
    if (head.length === 0) return sequence(text('['), rest, text(']'));
    const more = restMax === 0 ? EMPTY : separated(item, comma, Math.max(1, restMin), restMax);
    const tail =
      restMin > 0
        ? sequence(comma, more)
        : choice(EMPTY, restMax === 0 ? NOTHING : sequence(comma, more));
    return sequence(text('['), ...head, tail, text(']'));
  }

  #resolve(schema: SchemaObject, path: string): { target: unknown; at: string } {
    const reference = schema['$ref'];
    if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference))
      throw unsupported(
        `${path}/$ref`,
        `is ${JSON.stringify(reference)}. References must point into the same schema, as in ` +
          '"#/$defs/name"',
      );
    const target = pointedAt(this.#root, reference);
    if (target === undefined)
      throw invalid(`${path}/$ref`, `is "${reference}", but the schema has nothing there`);
    return { target, at: reference };
  }
}

/** What a JSON pointer such as `#/$defs/a` points at, if anything. */
function pointedAt(root: unknown, pointer: string): unknown {
  let target = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = unescaped(part);
    if (typeof target !== 'object' || target === null || !Object.hasOwn(target, name))
      return undefined;
    target = (target as SchemaObject)[name];
  }
  return target;
}

function unescaped(part: string): string {
  const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a plain %
  }
}

/**
 * Without `type`: the types that the schema's other keywords apply to, or all types if it has none.
 */
function impliedTypes(schema: SchemaObject): readonly JsonType[] {
  const implied = (Object.keys(KEYWORDS_OF_TYPE) as (keyof typeof KEYWORDS_OF_TYPE)[]).filter(
    (type) => KEYWORDS_OF_TYPE[type].some((keyword) => schema[keyword] !== undefined),
  );
  return implied.length > 0 ? implied : ['object', 'array', 'string', 'number', 'boolean', 'null'];
}

const listOf = (schema: SchemaObject, keyword: string): unknown[] =>
  (schema[keyword] ?? []) as unknown[];

/** Whether it is plain that no value fits both. */
function areExclusive(a: unknown, b: unknown): boolean {
  if (a === false || b === false) return true;
  if (!isObject(a) || !isObject(b)) return false;
  const [typesA, typesB] = [typesOf(a), typesOf(b)];
  if (typesA && typesB && commonTypes(typesA, typesB).length === 0) return true;
  const [valuesA, valuesB] = [a, b].map(valuesOf);
  if (valuesA && valuesB) return !valuesA.some((value) => valuesB.includes(value));
  if (typesA?.join() !== 'object' || typesB?.join() !== 'object') return false;
  const [inA, inB] = [a, b].map((side) => (side['properties'] ?? {}) as SchemaObject);
  return ((a['required'] ?? []) as string[]).some(
    (name) =>
      ((b['required'] ?? []) as string[]).includes(name) && areExclusive(inA![name], inB![name]),
  );
}

function valuesOf(schema: SchemaObject): string[] | undefined {
  const values = withoutConst(schema)['enum'];
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)) : undefined;
}
