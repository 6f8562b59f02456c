import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';
import * as v from 'valibot';
import { UnmockedError } from '../../errors.js';

/** No model has more positions. Tokens. */
const MOST_POSITIONS = 100_000_000;

const whole = (least: number, most: number) => {
  const allowed = `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(allowed),
    v.integer(allowed),
    v.minValue(least, allowed),
    v.maxValue(most, allowed),
  );
};
const positions = v.nullish(whole(1, MOST_POSITIONS));
const tokenId = whole(0, 2 ** 31 - 1);
const IDS = 'a token id or an array of token ids';

/** What is read of a model's `config.json`. Other fields are transformers.js's own. */
const config = v.looseObject(
  {
    n_positions: positions,
    max_position_embeddings: positions,
    vocab_size: v.nullish(whole(1, 2 ** 31 - 1)),
    eos_token_id: v.nullish(v.union([tokenId, v.array(tokenId, IDS)], IDS)),
  },
  'an object',
);

/**
 * Checks a model's `config.json`, before anything large is downloaded.
 *
 * @throws UnmockedError `invalid-model`. The message names the value.
 */
export function checkConfig(modelId: string, json: unknown): void {
  const parsed = v.safeParse(config, json, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw invalid(
      'config.json',
      modelId,
      `${v.getDotPath(issue) ?? 'the whole'} is ${shown(issue.input)}, but has to be ${issue.message}`,
    );
  }
  const { vocab_size: size, eos_token_id: ids } = parsed.output;
  const outside = [ids ?? []].flat().find((id) => size && id >= size);
  if (outside !== undefined)
    throw invalid('config.json', modelId, `eos_token_id is ${outside}, but vocab_size is ${size}`);
}

/**
 * Checks that the tokenizer, and the tokens that end a reply, are tokens that the model has. Tokens that
 * were added to a tokenizer do not count: some models have such without weights for them.
 *
 * @throws UnmockedError `invalid-model`, with both sizes.
 */
export function checkTokens(
  modelId: string,
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
  eosTokenIds: readonly number[],
): void {
  const { vocab_size: size } = model.config as { vocab_size?: number };
  if (size === undefined) return;
  const outside = eosTokenIds.find((id) => !Number.isInteger(id) || id < 0 || id >= size);
  if (outside !== undefined)
    throw invalid(
      'generation_config.json',
      modelId,
      `eos_token_id is ${outside}, but the model has ${size} tokens (vocab_size)`,
    );
  const json = tokenizer._tokenizerJSON as { added_tokens?: readonly { id: number }[] };
  const added = new Set((json.added_tokens ?? []).map(({ id }) => id));
  let most = -1;
  for (const id of tokenizer.get_vocab().values()) if (id > most && !added.has(id)) most = id;
  if (most >= size)
    throw new UnmockedError(
      'invalid-model',
      `The tokenizer of "${modelId}" does not fit its model: it has token ids up to ${most}, and the ` +
        `model has ${size} tokens (vocab_size). Take tokenizer.json and config.json from one model.`,
      { details: { model: modelId, tokenizer: most + 1, vocabulary: size } },
    );
}

/** A value for a message, not longer than a line. */
function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}

const invalid = (file: string, modelId: string, what: string): UnmockedError =>
  new UnmockedError(
    'invalid-model',
    `${file} of "${modelId}" cannot be right: ${what}. Mend the file, or choose another model.`,
    { details: { model: modelId } },
  );
