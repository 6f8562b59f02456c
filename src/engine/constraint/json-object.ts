import { Automaton } from './automaton.js';
import {
  choice,
  NOTHING,
  repeat,
  Rule,
  separated,
  sequence,
  text,
  type Expression,
} from './expression.js';
import { unsupported } from './json-schema-error.js';
import { jsonString } from './json-string.js';
import { difference, intersection } from './regular.js';
import { isObject, type SchemaObject } from './schema-keywords.js';
import { mergeSchemas } from './schema-merge.js';

/** What is written between two values, and between a name and its value. */
export interface JsonStyle {
  comma: string;
  colon: string;
}

interface Property {
  name: string;
  required: boolean;
  value: Expression;
}

/**
 * A JSON object: the declared properties in their order, then others if the schema allows them
 * explicitly.
 */
export function jsonObject(
  schema: SchemaObject,
  path: string,
  style: JsonStyle,
  translate: (schema: unknown, path: string) => Expression,
): Expression {
  const properties = declared(schema, path, translate);
  const others = undeclared(schema, path, style, properties, translate);
  checkCounts(schema, path, properties, others);
  const comma = text(style.comma);
  const { minProperties = 0, maxProperties = Infinity } = schema as Record<string, number>;
  if (properties.length === 0)
    return sequence(text('{'), separated(others, comma, minProperties, maxProperties), text('}'));
  const room = maxProperties - properties.length;

  // Built from the last property to the first: what may follow after a property, and after none.
  let next = repeat(sequence(comma, others), 0, room);
  let first = separated(others, comma, 0, room);
  for (const [index, { name, required, value }] of [...properties.entries()].toReversed()) {
    const one = sequence(text(JSON.stringify(name) + style.colon), value);
    const after = next;
    next = new Rule(
      `${path}, from property ${index}`,
      choice(sequence(comma, one, after), required ? NOTHING : after),
    );
    first = choice(sequence(one, after), required ? NOTHING : first);
  }
  return sequence(text('{'), first, text('}'));
}

function declared(
  schema: SchemaObject,
  path: string,
  translate: (schema: unknown, path: string) => Expression,
): Property[] {
  const schemas = (schema['properties'] ?? {}) as SchemaObject;
  const required = (schema['required'] ?? []) as string[];
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as SchemaObject);
  const names =
    schema['propertyNames'] === undefined
      ? undefined
      : Automaton.from(translate(withStringType(schema['propertyNames']), `${path}/propertyNames`));
  return [...new Set([...Object.keys(schemas), ...required])].map((name) => {
    const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name));
    const own = schemas[name] ?? (matching.length > 0 ? true : schema['additionalProperties']);
    const place = `${path}/properties/${name}`;
    const whole = matching.reduce<unknown>(
      (merged, [, one]) =>
        mergeSchemas(merged, one, (keyword) =>
          unsupported(place, `has another "${keyword}" than a pattern that its name matches`),
        ),
      own ?? true,
    );
    const isAllowed = schema['propertyNames'] === undefined || names?.matches(JSON.stringify(name));
    return {
      name,
      required: required.includes(name),
      value: isAllowed ? translate(whole, place) : NOTHING,
    };
  });
}

/** One property that is not declared, name and value; nothing where the schema allows none. */
function undeclared(
  schema: SchemaObject,
  path: string,
  { colon }: JsonStyle,
  properties: Property[],
  translate: (schema: unknown, path: string) => Expression,
): Expression {
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as SchemaObject);
  const isOpen = properties.length === 0 && patterns.length === 0;
  const additional = schema['additionalProperties'] ?? isOpen;
  if (additional === false && patterns.length === 0) return NOTHING;

  const known = properties.map(({ name }) => text(JSON.stringify(name)));
  const named = (pattern?: string) => {
    const names = jsonString(pattern === undefined ? {} : { patterns: [pattern] });
    return schema['propertyNames'] === undefined
      ? names
      : intersection(
          names,
          translate(withStringType(schema['propertyNames']), `${path}/propertyNames`),
        );
  };
  const without = (names: Expression, ...others: Expression[]) =>
    others.length === 0 ? names : difference(names, choice(...others));
  const byPattern = patterns.map(([pattern, one], index) => {
    // A name that matches two patterns would need a value that fits both: none is generated.
    const rest = patterns.filter((_, other) => other !== index).map(([other]) => named(other));
    return sequence(
      without(named(pattern), ...known, ...rest),
      text(colon),
      translate(one, `${path}/patternProperties/${pattern}`),
    );
  });
  const matched = patterns.map(([pattern]) => named(pattern));
  return choice(
    ...byPattern,
    additional === false
      ? NOTHING
      : sequence(
          without(named(), ...known, ...matched),
          text(colon),
          translate(additional, `${path}/additionalProperties`),
        ),
  );
}

/** Undeclared properties count for a maximum only: two of them may have the same name. */
function checkCounts(
  schema: SchemaObject,
  path: string,
  properties: Property[],
  others: Expression,
): void {
  const { minProperties = 0, maxProperties = Infinity } = schema as Record<string, number>;
  const required = properties.filter((one) => one.required).length;
  const isOpen = others !== NOTHING;
  if (minProperties > Math.max(required, properties.length === 0 && isOpen ? 1 : 0))
    throw unsupported(
      `${path}/minProperties`,
      `is ${minProperties}, but only ${required} properties are required. ` +
        'List more of them in "required"',
    );
  if (maxProperties < properties.length)
    throw unsupported(
      `${path}/maxProperties`,
      `is ${maxProperties}, but ${properties.length} properties are declared. Declare fewer`,
    );
}

const withStringType = (schema: unknown): unknown =>
  isObject(schema) ? { type: 'string', ...schema } : schema;
