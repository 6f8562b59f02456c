/** A schema as an object; the boolean schemas are written as `{}` and undefined. */
export type SchemaObject = Readonly<Record<string, unknown>>;

export type JsonType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** For each type, the keywords that constrain its values. */
export const KEYWORDS_OF_TYPE = {
  object: [
    'properties',
    'required',
    'additionalProperties',
    'patternProperties',
    'propertyNames',
    'minProperties',
    'maxProperties',
  ],
  array: ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
} as const;

/** Keywords that combine schemas. */
export const COMBINATORS = ['$ref', 'allOf', 'anyOf', 'oneOf'] as const;

export const CONSTRAINING: ReadonlySet<string> = new Set([
  'type',
  'enum',
  'const',
  ...Object.values(KEYWORDS_OF_TYPE).flat(),
]);

/** Keywords of JSON Schema that constrain values in a way that is not implemented. */
export const UNSUPPORTED: readonly string[] = [
  'not',
  'if',
  'then',
  'else',
  'contains',
  'minContains',
  'maxContains',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
  '$dynamicRef',
  '$recursiveRef',
];

export const isObject = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
