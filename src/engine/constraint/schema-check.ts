import { invalid, unsupported } from './json-schema-error.js';
import { isObject, UNSUPPORTED, type SchemaObject } from './schema-keywords.js';

type Check = readonly [isRight: (value: unknown) => boolean, allowed: string];

const NUMBER: Check = [Number.isFinite, 'a number'];
const COUNT: Check = [
  (value) => Number.isInteger(value) && (value as number) >= 0,
  'a whole number of at least 0',
];
const OBJECT: Check = [isObject, 'an object'];
const LIST: Check = [Array.isArray, 'a list'];
const SCHEMAS: Check = [
  (value) => Array.isArray(value) && value.length > 0,
  'a list of at least one schema',
];

/** What the values of keywords must be. */
const CHECKS: Readonly<Record<string, Check>> = {
  minimum: NUMBER,
  maximum: NUMBER,
  exclusiveMinimum: NUMBER,
  exclusiveMaximum: NUMBER,
  multipleOf: [(value) => Number.isFinite(value) && (value as number) > 0, 'a number above 0'],
  minLength: COUNT,
  maxLength: COUNT,
  minItems: COUNT,
  maxItems: COUNT,
  minProperties: COUNT,
  maxProperties: COUNT,
  properties: OBJECT,
  patternProperties: OBJECT,
  required: LIST,
  enum: LIST,
  prefixItems: LIST,
  allOf: SCHEMAS,
  anyOf: SCHEMAS,
  oneOf: SCHEMAS,
  // A merged schema can have several patterns.
  pattern: [(value) => typeof value === 'string' || Array.isArray(value), 'a string'],
};

/**
 * @throws UnmockedError for a keyword that is not implemented, or whose value has the wrong form.
 */
export function checkKeywords(schema: SchemaObject, path: string): void {
  for (const keyword of UNSUPPORTED)
    if (schema[keyword] !== undefined)
      throw unsupported(path, `uses "${keyword}". Leave it out and check the result instead`);
  for (const [keyword, [isRight, allowed]] of Object.entries(CHECKS)) {
    const value = schema[keyword];
    if (value !== undefined && !isRight(value))
      throw invalid(`${path}/${keyword}`, `is ${JSON.stringify(value)}, but must be ${allowed}`);
  }
}
