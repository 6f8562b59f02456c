import type { JsonSchema } from '../agent.js';

/** An argument as a model wrote it in plain text, as in `f(x=5)` or `f(x="5")`. */
export interface WrittenArgument {
  name: string;
  text: string;
  quoted: boolean;
}

/**
 * Gives the arguments of a call the types that the tool's schema allows: `type` (one or several),
 * `enum`, `const`, `anyOf`, `oneOf`, `allOf` and local `$ref`. If it allows a string and something
 * else, quotes make the difference. An argument that fits nothing, or that the schema does not
 * describe, stays a string.
 *
 * @param schema of the whole arguments object.
 */
export function typeArguments(
  written: readonly WrittenArgument[],
  schema: JsonSchema = {},
): Record<string, unknown> {
  return Object.fromEntries(
    written.map((argument) => [
      argument.name,
      typeArgument(argument, propertySchema(schema, argument.name, schema), schema),
    ]),
  );
}

/**
 * Gives the arguments of a call in JSON the types that the tool's schema allows, where only one
 * reading is possible: a number or a boolean becomes a string where only a string is allowed, and a
 * string becomes what it says where no string is. All other values stay as they are.
 *
 * @param schema of the whole arguments object.
 */
export const fitArguments = (
  args: Readonly<Record<string, unknown>>,
  schema: JsonSchema = {},
): Record<string, unknown> => fitProperties(args, schema, schema);

const fitProperties = (
  value: Readonly<Record<string, unknown>>,
  schema: unknown,
  root: JsonSchema,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      fit(one, propertySchema(schema, name, root), root),
    ]),
  );

function fit(value: unknown, given: unknown, root: JsonSchema): unknown {
  if (!allows(given, value, root, true)) {
    const isPlain = typeof value === 'number' || typeof value === 'boolean';
    const readings = typeof value === 'string' ? readJson(value) : isPlain ? [String(value)] : [];
    const fits = readings.findIndex((reading) => allows(given, reading, root, true));
    return fits < 0 ? value : readings[fits];
  }
  if (Array.isArray(value)) {
    const { items } = resolve(given, root) ?? {};
    return value.map((one) => fit(one, items, root));
  }
  return isObject(value) ? fitProperties(value, given, root) : value;
}

function typeArgument(
  { text, quoted }: WrittenArgument,
  schema: unknown,
  root: JsonSchema,
): unknown {
  const readings = quoted ? [text, ...readJson(text)] : [...readJson(text), text];
  const fits = readings.findIndex((reading) => allows(schema, reading, root, false));
  return fits < 0 ? text : readings[fits];
}

/** The value that a text stands for, if it is no string. */
function readJson(text: string): unknown[] {
  // JSON has no "+5", ".5" or "05".
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    const number = Number(text);
    return Number.isFinite(number) ? [number] : [];
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? [] : [value];
  } catch {
    return [];
  }
}

function propertySchema(schema: unknown, name: string, root: unknown): unknown {
  const { properties, additionalProperties } = resolve(schema, root) ?? {};
  const known = isObject(properties) && Object.hasOwn(properties, name);
  return known ? properties[name] : additionalProperties;
}

/**
 * Whether a schema allows values of this kind.
 *
 * @param open whether a schema without kinds allows everything, or only strings.
 */
function allows(given: unknown, value: unknown, root: unknown, open: boolean, depth = 0): boolean {
  const schema = resolve(given, root);
  if (!schema || depth > MAX_DEPTH) return open || typeof value === 'string';
  if ('const' in schema) return isSame(schema['const'], value);
  if (Array.isArray(schema['enum'])) return schema['enum'].some((one) => isSame(one, value));
  const parts = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (schema['type'] === undefined && Array.isArray(parts))
    return parts.some((part) => allows(part, value, root, open, depth + 1));
  if (schema['type'] === undefined && open) return true;
  const types = [schema['type'] ?? 'string'].flat();
  return types.some((type) => isOfType(value, type));
}

const MAX_DEPTH = 16;

/** Follows local references, such as `#/$defs/City`. */
function resolve(schema: unknown, root: unknown): Record<string, unknown> | undefined {
  let current = schema;
  for (let depth = 0; isObject(current) && typeof current['$ref'] === 'string'; depth++) {
    const reference = current['$ref'];
    if (depth > MAX_DEPTH || !/^#(\/|$)/.test(reference)) return undefined;
    current = reference
      .split('/')
      .slice(1)
      .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (node, key) =>
          (isObject(node) || Array.isArray(node)) && Object.hasOwn(node, key)
            ? (node as Record<string, unknown>)[key]
            : undefined,
        root,
      );
  }
  return isObject(current) ? current : undefined;
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
