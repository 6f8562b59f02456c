import type { PreTrainedTokenizer } from '@huggingface/transformers';

/** The parts of a tokenizer.json that say whether a long text can become few tokens. */
interface TokenizerJson {
  model: { type: string; unk_token?: string | null };
  normalizer?: { type: string } | null;
  added_tokens?: readonly { lstrip: boolean; rstrip: boolean }[];
}

/**
 * A lower bound of the tokens in a text, far cheaper than the tokens: no token covers more
 * characters than the longest one has. 0 for tokenizers that may drop or merge characters.
 */
export function leastTokens(tokenizer: PreTrainedTokenizer): (text: string) => number {
  if (!keepsCharacters(tokenizer._tokenizerJSON as TokenizerJson)) return () => 0;
  let longest = 1;
  for (const token of tokenizer.get_vocab().keys()) longest = Math.max(longest, token.length);
  return (text) => Math.ceil(text.normalize('NFC').length / longest);
}

/** An unknown token may stand for many characters, and some added tokens swallow spaces. */
const keepsCharacters = ({ model, normalizer, added_tokens = [] }: TokenizerJson): boolean =>
  model.type === 'BPE' &&
  !model.unk_token &&
  (!normalizer || normalizer.type === 'NFC') &&
  !added_tokens.some(({ lstrip, rstrip }) => lstrip || rstrip);
