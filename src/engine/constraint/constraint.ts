/** A JSON Schema; `true` allows every value. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/**
 * What an output must look like from its first to its last character. Plain data, so it crosses the
 * worker boundary. Constraints nest: a forced tool call is a `sequence` of a marker, a
 * `json-schema` and an end marker.
 *
 * @example
 * const call: Constraint = {
 *   type: 'sequence',
 *   parts: ['<tool_call>\n', { type: 'json-schema', schema, spaced: true }, '\n</tool_call>'],
 * };
 * const textOrCalls: Constraint = {
 *   type: 'sequence',
 *   parts: [{ type: 'text-without', text: '<tool_call>' }, { type: 'repeat', of: call }],
 * };
 */
export type Constraint =
  /** A JSON object with any content. */
  | { readonly type: 'json'; readonly spaced?: boolean }
  /**
   * JSON that fits a schema. Properties come in the schema's order. Undeclared properties appear
   * only if `additionalProperties` allows them explicitly. With `spaced`, separators are `, ` and
   * `: `, as Python writes JSON. The default is compact, as `JSON.stringify` writes it.
   */
  | {
      readonly type: 'json-schema';
      readonly schema: JsonSchema;
      readonly spaced?: boolean;
    }
  /** A regular expression in JavaScript's syntax, without flags. It must match the whole output. */
  | { readonly type: 'regex'; readonly pattern: string }
  /**
   * A grammar in the EBNF of llama.cpp and XGrammar (`root ::= "yes" | "no"`). It starts with the
   * rule `root`.
   */
  | { readonly type: 'grammar'; readonly ebnf: string }
  /** One part after the other. A string stands for itself. */
  | { readonly type: 'sequence'; readonly parts: readonly (string | Constraint)[] }
  /** One of several. */
  | { readonly type: 'choice'; readonly options: readonly (string | Constraint)[] }
  /** The same several times; by default any number of times, including none. */
  | {
      readonly type: 'repeat';
      readonly of: Constraint;
      readonly separator?: string;
      readonly min?: number;
      readonly max?: number;
    }
  /** Any text that does not contain `text`; it may be empty. */
  | { readonly type: 'text-without'; readonly text: string };

/**
 * A request's constraint. `prefix` is the beginning of the constrained text. The prompt ends with
 * it, and the output continues it: the two together fit the constraint. Default: no prefix.
 */
export type OutputConstraint = Constraint & { readonly prefix?: string };
