import { UnmockedError } from '../../errors.js';
import { utf8Bytes } from './utf8.js';

/** The parts of a tokenizer.json that say which bytes a token stands for. */
export interface TokenizerJson {
  decoder?: DecoderJson | null;
  added_tokens?: readonly { id: number; content: string; special?: boolean }[];
}

interface DecoderJson {
  type: string;
  decoders?: readonly DecoderJson[];
  pattern?: { String?: string };
  content?: string;
  replacement?: string;
}

/**
 * The bytes that each token adds to the text, by token id. Undefined for special tokens: they add
 * none.
 */
export type Vocabulary = readonly (Uint8Array | undefined)[];

/**
 * Reads the bytes that each token stands for. Supports byte-level BPE (GPT-2 and most models since)
 * and SentencePiece (Llama, Gemma).
 *
 * @param vocabulary each token's text and id
 * @throws UnmockedError `unsupported` for another kind of tokenizer.
 */
export function readVocabulary(
  vocabulary: ReadonlyMap<string, number>,
  tokenizer: TokenizerJson,
): Vocabulary {
  const bytesOf = tokenDecoder(tokenizer.decoder);
  const added = new Map((tokenizer.added_tokens ?? []).map((token) => [token.id, token]));
  const tokens: (Uint8Array | undefined)[] = [];
  for (const [token, id] of vocabulary) if (!added.has(id)) tokens[id] = bytesOf(token);
  for (const [id, { content, special }] of added)
    tokens[id] = special || content === '' ? undefined : utf8Bytes(content);
  return Array.from(tokens); // without holes
}

function tokenDecoder(decoder: DecoderJson | null | undefined): (token: string) => Uint8Array {
  const steps = decoder?.decoders ?? (decoder ? [decoder] : []);
  const types = steps.map(({ type }) => type);
  if (types.includes('ByteLevel')) return byteLevel;
  const metaspace = steps.find(
    ({ type, content }) => type === 'Metaspace' || (type === 'Replace' && content === ' '),
  );
  if (metaspace) {
    const space = metaspace.replacement ?? metaspace.pattern?.String ?? '\u2581';
    return sentencePiece(space, types.includes('ByteFallback'));
  }
  throw new UnmockedError(
    'unsupported',
    `The model's tokenizer decodes with ${types.join(', ') || 'nothing'}. ` +
      'Constrained decoding needs a byte-level or SentencePiece tokenizer. Use another model.',
  );
}

/** GPT-2 writes each byte as a visible character. */
const BYTE_OF_CHAR = byteLevelAlphabet();

function byteLevelAlphabet(): Map<string, number> {
  const isVisible = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [
      String.fromCodePoint(isVisible(byte) ? byte : next++),
      byte,
    ]),
  );
}

function byteLevel(token: string): Uint8Array {
  return Uint8Array.from(
    [...token].flatMap((char) => BYTE_OF_CHAR.get(char) ?? [...utf8Bytes(char)]),
  );
}

const BYTE_TOKEN = /^<0x([\dA-F]{2})>$/;

function sentencePiece(space: string, byteFallback: boolean): (token: string) => Uint8Array {
  return (token) => {
    const byte = byteFallback && BYTE_TOKEN.exec(token);
    return byte ? Uint8Array.of(parseInt(byte[1]!, 16)) : utf8Bytes(token.replaceAll(space, ' '));
  };
}
