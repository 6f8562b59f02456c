import { isObject, type JsonType, type SchemaObject } from './schema-keywords.js';

/** Says which keyword cannot be combined. */
export type Refuse = (keyword: string) => Error;

const TYPES: readonly JsonType[] = [
  'object',
  'array',
  'string',
  'number',
  'integer',
  'boolean',
  'null',
];

export function typesOf({ type }: SchemaObject): readonly JsonType[] | undefined {
  if (type === undefined) return undefined;
  return (Array.isArray(type) ? type : [type]) as JsonType[];
}

/** The same schema with `enum` for `const`. */
export function withoutConst(schema: SchemaObject): SchemaObject {
  if (schema['const'] === undefined) return schema;
  const { const: value, enum: values, ...others } = schema;
  const written = JSON.stringify(value);
  const fits = !Array.isArray(values) || values.some((one) => JSON.stringify(one) === written);
  return { ...others, enum: fits ? [value] : [] };
}

/** The types of values that have a type of both lists. Every integer is a number. */
export const commonTypes = (a: readonly JsonType[], b: readonly JsonType[]): JsonType[] =>
  TYPES.filter((type) => allows(a, type) && allows(b, type));

/** The schema of what fits both schemas; `false` if nothing does. */
export function mergeSchemas(a: unknown, b: unknown, refuse: Refuse): unknown {
  if (a === false || b === false) return false;
  if (a === true || a === undefined) return b;
  if (b === true || b === undefined) return a;
  if (!isObject(a) || !isObject(b)) throw refuse('allOf');
  const merged: Record<string, unknown> = { ...withoutConst(a) };
  for (const [keyword, value] of Object.entries(withoutConst(b))) {
    if (merged[keyword] === undefined) merged[keyword] = value;
    else if (!(keyword in OBJECT_KEYWORDS))
      merged[keyword] = mergeKeyword(keyword, merged[keyword], value, refuse);
  }
  if (Array.isArray(merged['type']) && merged['type'].length === 0) return false;
  if (Array.isArray(merged['enum']) && merged['enum'].length === 0) return false;
  return { ...merged, ...mergeProperties(a, b, refuse) };
}

/** These depend on one another. */
const OBJECT_KEYWORDS = { properties: true, additionalProperties: true };

function mergeKeyword(keyword: string, a: unknown, b: unknown, refuse: Refuse): unknown {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  switch (keyword) {
    case 'type':
      return commonTypes([a].flat() as JsonType[], [b].flat() as JsonType[]);
    case 'enum': {
      const known = new Set((b as unknown[]).map((value) => JSON.stringify(value)));
      return (a as unknown[]).filter((value) => known.has(JSON.stringify(value)));
    }
    case 'required':
      return [...new Set([...(a as string[]), ...(b as string[])])];
    case 'minimum':
    case 'exclusiveMinimum':
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return Math.max(a as number, b as number);
    case 'maximum':
    case 'exclusiveMaximum':
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return Math.min(a as number, b as number);
    case 'pattern':
      return [a, b].flat();
    case 'items':
    case 'propertyNames':
      return mergeSchemas(a, b, refuse);
    case '$defs':
    case 'definitions':
    case 'title':
    case 'description':
    case 'default':
    case 'examples':
      return a;
    default:
      throw refuse(keyword);
  }
}

const allows = (types: readonly JsonType[], type: JsonType): boolean =>
  types.some((one) => one === type || (one === 'number' && type === 'integer'));

/** A property that one side does not declare has to fit that side's `additionalProperties`. */
function mergeProperties(a: SchemaObject, b: SchemaObject, refuse: Refuse): SchemaObject {
  const [inA, inB] = [a, b].map((side) => (side['properties'] ?? {}) as SchemaObject);
  const [otherA, otherB] = [a, b].map((side) => side['additionalProperties']);
  const names = [...new Set([...Object.keys(inA!), ...Object.keys(inB!)])];
  const patterns = a['patternProperties'] ?? b['patternProperties'];
  if (patterns && (otherA !== undefined || otherB !== undefined)) throw refuse('patternProperties');
  const additional = mergeSchemas(otherA, otherB, refuse);
  return {
    ...(names.length > 0
      ? {
          properties: Object.fromEntries(
            names.map((name) => [
              name,
              mergeSchemas(inA![name] ?? otherA, inB![name] ?? otherB, refuse) ?? true,
            ]),
          ),
        }
      : {}),
    ...(additional === undefined ? {} : { additionalProperties: additional }),
  };
}
