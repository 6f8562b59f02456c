import type { JsonSchema } from '../agents/agent.js';

/**
 * Where a value does not fit a schema. Knows only the keywords that the scenarios use: `type`, `enum`,
 * `properties` (all are required, no others allowed), `items`, `minItems`, `maxItems`, `maxLength`,
 * `minimum` and `maximum`.
 *
 * @returns one sentence for each misfit, empty if the value fits.
 */
export function misfits(schema: JsonSchema, value: unknown, path = '$'): string[] {
  const { type, properties, items, minItems = 0, maxItems = Infinity } = schema as Keywords;
  const { maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = schema as Keywords;
  const wrong = (allowed: string) => [`${path} is ${JSON.stringify(value)}. Allowed: ${allowed}.`];
  const options = schema['enum'] as unknown[] | undefined;
  if (options) return options.includes(value) ? [] : wrong(JSON.stringify(options));
  const types = [type ?? []].flat();
  if (types.length > 0 && !types.some((one) => isA(one, value))) return wrong(types.join(' or '));
  if (typeof value === 'string' && [...value].length > maxLength)
    return wrong(`at most ${maxLength} characters`);
  if (typeof value === 'number' && (value < minimum || value > maximum))
    return wrong(`${minimum} to ${maximum}`);
  if (Array.isArray(value)) {
    if (value.length < minItems || value.length > maxItems)
      return wrong(`${minItems} to ${maxItems} items`);
    return value.flatMap((item, index) => misfits(items ?? {}, item, `${path}[${index}]`));
  }
  if (!properties || value === null || typeof value !== 'object') return [];
  const keys = new Set([...Object.keys(properties), ...Object.keys(value)]);
  return [...keys].flatMap((key) => {
    if (!Object.hasOwn(value, key)) return [`${path}.${key} is missing.`];
    if (!Object.hasOwn(properties, key)) return [`${path}.${key} is not in the schema.`];
    const inner = (value as Record<string, unknown>)[key];
    return misfits(properties[key]!, inner, `${path}.${key}`);
  });
}

interface Keywords {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

function isA(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

/** A schema of an object that has exactly these properties. */
export const exactly = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
