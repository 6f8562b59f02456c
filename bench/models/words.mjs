/** A byte-level BPE tokenizer with a vocabulary of invented words, as large as is asked for. */

const CONSONANTS = 'bcdfghjklmnpqrstvwxz';
const VOWELS = 'aeiou';
const SPACE = 'Ġ';
const SPECIAL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
const BYTES = 256;
const SYLLABLES = [...CONSONANTS].flatMap((first) => [...VOWELS].map((second) => first + second));

/** GPT-2's characters for bytes: those that can be printed stand for themselves. */
function byteCharacters() {
  const isPrinted = (/** @type {number} */ byte) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = BYTES;
  return Array.from({ length: BYTES }, (_, byte) =>
    String.fromCharCode(isPrinted(byte) ? byte : next++),
  );
}

/**
 * Words after a space, of one syllable, two and so on. Each is a merge of a shorter word and a
 * syllable.
 *
 * @param {number} count
 */
function wordMerges(count) {
  /** @type {[string, string][]} */
  const merges = [];
  const stems = [SPACE];
  // The list of stems grows while it is read.
  for (const stem of stems)
    for (const syllable of SYLLABLES) {
      if (merges.length === count) return merges;
      merges.push([stem, syllable]);
      stems.push(stem + syllable);
    }
  return merges;
}

/**
 * The files of the tokenizer, and which tokens should never be said. All words begin with a space and
 * have only one way to be written, so text made of them is encoded again as the very same tokens.
 *
 * @param {number} vocabulary How many tokens.
 * @param {number} positions The context window. Tokens.
 */
export function wordTokenizer(vocabulary, positions) {
  const first = BYTES + SYLLABLES.length;
  const words = wordMerges(vocabulary - first - SPECIAL.length);
  const merges = [...SYLLABLES.map((syllable) => [...syllable]), ...words];
  const tokens = [...byteCharacters(), ...merges.map((pair) => pair.join('')), ...SPECIAL];
  const [endOfText = '', , endOfTurn = ''] = SPECIAL;
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };
  return {
    endId: vocabulary - 1,
    isWord: (/** @type {number} */ id) => id >= first && id < vocabulary - SPECIAL.length,
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: SPECIAL.map((content, index) => ({
        id: vocabulary - SPECIAL.length + index,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer: { ...byteLevel, trim_offsets: true },
      post_processor: { ...byteLevel, trim_offsets: false },
      decoder: { ...byteLevel, trim_offsets: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: merges.map((pair) => pair.join(' ')),
      },
    },
    tokenizerConfig: {
      tokenizer_class: 'GPT2Tokenizer',
      add_prefix_space: false,
      bos_token: endOfText,
      eos_token: endOfTurn,
      unk_token: endOfText,
      pad_token: endOfText,
      model_max_length: positions,
      clean_up_tokenization_spaces: false,
      chat_template:
        "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + " +
        "message.content + '<|im_end|>\\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    },
  };
}
