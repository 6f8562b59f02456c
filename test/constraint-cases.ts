import type { JsonSchema } from '../src/engine/constraint/constraint.js';

const cat = {
  type: 'object',
  properties: { kind: { const: 'cat' }, lives: { type: 'integer', minimum: 0, maximum: 9 } },
  required: ['kind', 'lives'],
};
const dog = {
  type: 'object',
  properties: { kind: { const: 'dog' }, good: { type: 'boolean' } },
  required: ['kind', 'good'],
};

/** Schemas whose values are short: a generated one ends before any limit. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  null: { type: 'null' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  'integer with bounds': { type: 'integer', minimum: -17, maximum: 1234 },
  'integer below zero': { type: 'integer', minimum: -300, maximum: -42 },
  'integer with exclusive bounds': { type: 'integer', exclusiveMinimum: 9, exclusiveMaximum: 12 },
  'integer with the bounds of zod': {
    type: 'integer',
    minimum: -9007199254740991,
    maximum: 9007199254740991,
  },
  'integer multiple': { type: 'integer', multipleOf: 7, minimum: -50, maximum: 50 },
  'number with bounds': { type: 'number', minimum: -2.5, maximum: 7.25 },
  'number with exclusive bounds': { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
  'number with a lower bound': { type: 'number', minimum: 0.5 },
  'number with an upper bound': { type: 'number', maximum: -0.001 },
  'string with lengths': { type: 'string', minLength: 2, maxLength: 5 },
  'string with an anchored pattern': { type: 'string', pattern: '^[A-Z]{3}-\\d{2,4}$' },
  'string with pattern and lengths': {
    type: 'string',
    pattern: '[0-9]',
    minLength: 3,
    maxLength: 6,
  },
  'string of Unicode letters': { type: 'string', pattern: '^\\p{Lu}\\p{Ll}{1,5}$' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time' },
  'date and time': { type: 'string', format: 'date-time' },
  duration: { type: 'string', format: 'duration' },
  email: { type: 'string', format: 'email', maxLength: 20 },
  hostname: { type: 'string', format: 'hostname', maxLength: 20 },
  'IPv4 address': { type: 'string', format: 'ipv4' },
  'IPv6 address': { type: 'string', format: 'ipv6' },
  URI: { type: 'string', format: 'uri', maxLength: 30 },
  UUID: { type: 'string', format: 'uuid' },
  'several types': { type: ['integer', 'null'] },
  'enum of many types': { enum: ['a', 1, null, { x: [1, 2] }, 'quo"te'] },
  'enum and type': { type: 'string', enum: ['x', 'yy', 3] },
  'enum and bounds': { enum: [1, 2, 3, 4, 5], minimum: 3 },
  const: { const: { a: 'b' } },
  'empty object': { type: 'object', properties: {}, additionalProperties: false },
  'required and optional properties': {
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'boolean' }, c: { type: 'null' } },
    required: ['b'],
  },
  'nested objects': {
    type: 'object',
    properties: {
      user: {
        type: 'object',
        properties: {
          name: { type: 'string', maxLength: 8 },
          address: {
            type: 'object',
            properties: { zip: { type: 'string', pattern: '^\\d{5}$' } },
            required: ['zip'],
            additionalProperties: false,
          },
        },
        required: ['name', 'address'],
        additionalProperties: false,
      },
    },
    required: ['user'],
    additionalProperties: false,
  },
  'additional properties of a type': {
    type: 'object',
    properties: { a: { type: 'integer' } },
    propertyNames: { maxLength: 3 },
    additionalProperties: { type: 'boolean' },
    maxProperties: 4,
    required: ['a'],
  },
  'a limited number of properties': {
    type: 'object',
    propertyNames: { pattern: '^[a-c]{1,3}$' },
    additionalProperties: { type: 'null' },
    minProperties: 1,
    maxProperties: 3,
  },
  'pattern properties': {
    type: 'object',
    patternProperties: { '^x_[a-z]?$': { type: 'integer' }, '^[a-z]?_y$': { type: 'null' } },
    additionalProperties: false,
    maxProperties: 4,
  },
  'a required property that is not declared': {
    type: 'object',
    properties: { a: { type: 'null' } },
    additionalProperties: { type: 'integer' },
    propertyNames: { enum: ['a', 'z'] },
    required: ['z'],
  },
  'a property that is forbidden': { type: 'object', properties: { a: false, b: { type: 'null' } } },
  'names that need escapes': {
    type: 'object',
    properties: { 'we"ird\n': { type: 'integer' }, ü: { type: 'null' } },
    required: ['we"ird\n', 'ü'],
  },
  'array with counts': { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 3 },
  'array of arrays': {
    type: 'array',
    items: { type: 'array', items: { type: 'boolean' }, maxItems: 2 },
    maxItems: 3,
  },
  tuple: {
    type: 'array',
    prefixItems: [{ type: 'boolean' }, { type: 'integer' }],
    items: false,
    minItems: 2,
  },
  'tuple and more': {
    type: 'array',
    prefixItems: [{ type: 'boolean' }],
    items: { type: 'null' },
    minItems: 2,
    maxItems: 4,
  },
  anyOf: { anyOf: [{ type: 'integer' }, cat] },
  'anyOf with common properties': {
    type: 'object',
    properties: { a: { type: 'integer' }, b: { type: 'boolean' } },
    anyOf: [{ required: ['a'] }, { required: ['b'] }],
  },
  'oneOf with a discriminator': { oneOf: [cat, dog] },
  allOf: {
    allOf: [
      { type: 'object', properties: { a: { type: 'integer', minimum: 2 } }, required: ['a'] },
      { properties: { a: { maximum: 40 }, b: { type: 'boolean' } }, required: ['b'] },
    ],
  },
  references: {
    $defs: { name: { type: 'string', minLength: 1 } },
    type: 'object',
    properties: { x: { $ref: '#/$defs/name', maxLength: 3 }, y: { $ref: '#/properties/x' } },
    required: ['x', 'y'],
  },
  recursive: {
    $defs: {
      node: {
        type: 'object',
        properties: {
          value: { type: 'boolean' },
          next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/node' }] },
        },
        required: ['value', 'next'],
        additionalProperties: false,
      },
    },
    $ref: '#/$defs/node',
  },
};
