import { UnmockedError } from '../../errors.js';
import type { Constraint } from './constraint.js';
import { ebnfExpression } from './ebnf.js';
import {
  ANY_CHAR,
  anyNumberOf,
  choice,
  separated,
  sequence,
  text,
  type Expression,
} from './expression.js';
import type { JsonStyle } from './json-object.js';
import { schemaExpression } from './json-schema.js';
import { regexExpression } from './regex.js';
import { difference } from './regular.js';

const COMPACT: JsonStyle = { comma: ',', colon: ':' };
const SPACED: JsonStyle = { comma: ', ', colon: ': ' };

/** @throws UnmockedError `invalid-constraint` or `unsupported`; the message names the cause. */
export function translate(constraint: string | Constraint): Expression {
  if (typeof constraint === 'string') return text(constraint);
  switch (constraint.type) {
    case 'json':
      return schemaExpression({ type: 'object' }, constraint.spaced ? SPACED : COMPACT);
    case 'json-schema':
      return schemaExpression(constraint.schema, constraint.spaced ? SPACED : COMPACT);
    case 'regex':
      return regexExpression(constraint.pattern, 'whole');
    case 'grammar':
      return ebnfExpression(constraint.ebnf);
    case 'sequence':
      return sequence(...constraint.parts.map(translate));
    case 'choice':
      return choice(...constraint.options.map(translate));
    case 'repeat': {
      const { of, separator = '', min = 0, max = Infinity } = constraint;
      return separated(translate(of), text(separator), min, max);
    }
    case 'text-without': {
      const anything = anyNumberOf(ANY_CHAR);
      return difference(anything, sequence(anything, text(constraint.text), anything));
    }
    default:
      throw new UnmockedError(
        'invalid-constraint',
        `The constraint's type is ${JSON.stringify((constraint as { type?: unknown }).type)}. ` +
          'The types are json, json-schema, regex, grammar, sequence, choice, repeat and ' +
          'text-without.',
      );
  }
}
