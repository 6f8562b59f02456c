import * as v from 'valibot';
import type { ResponseFormat } from '../agents/agent.js';
import { record } from '../agents/input/schemas.js';
import { strict, text } from './fields.js';
import { identifier } from './tool-choice.js';

export const responseFormat = v.nullish(
  v.variant(
    'type',
    [
      strict({ type: v.literal('text') }),
      strict({ type: v.literal('json_object') }),
      strict({
        type: v.literal('json_schema'),
        json_schema: strict({
          name: identifier,
          description: v.nullish(text()),
          schema: record,
          // Decoding is constrained either way, so the reply always fits.
          strict: v.nullish(v.boolean('true or false')),
        }),
      }),
    ],
    '{ type: "text" }, { type: "json_object" } or ' +
      '{ type: "json_schema", json_schema: { name, schema } }',
  ),
);

/** Undefined: text. */
export function readFormat(
  format: v.InferOutput<typeof responseFormat>,
): ResponseFormat | undefined {
  if (format?.type === 'json_object') return { type: 'json' };
  if (format?.type !== 'json_schema') return undefined;
  const { name, schema } = format.json_schema;
  return { type: 'json-schema', name, schema };
}
