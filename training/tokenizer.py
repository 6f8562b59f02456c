"""A byte-level BPE tokenizer of GPT-2's kind: learnt from the corpus, used for training, saved as `tokenizer.json`.

Two rules differ from a plain BPE, both so that copying is easy:
- a capital or a digit merges with a leading space and with nothing else, so `Becca` and ` Becca` differ in one token and a
  number is its digits;
- bytes outside ASCII never merge, so an emoji is always four tokens and an accented letter two.
"""
import collections
import json
import re

from dialect import MARKUP, SPECIAL

ADDED = SPECIAL + MARKUP  # the last ids of the vocabulary, in this order
SPLIT = re.compile("(" + "|".join(re.escape(token) for token in ADDED) + ")")

# GPT-2's own pattern, said with what Python's `re` knows: \p{L} is [^\W\d_], \p{N} is \d, the rest is neither.
PRETOKEN = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def byte_letters():
    """GPT-2's printable letter for each of the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}


LETTER = byte_letters()
BYTE = {letter: byte for byte, letter in LETTER.items()}
SPACE = LETTER[ord(" ")]


def letters(text):
    return [LETTER[byte] for byte in text.encode()]


def may_merge(token):
    if any(BYTE[letter] > 127 for letter in token):
        return False
    if any(letter.isascii() and (letter.isupper() or letter.isdigit()) for letter in token):
        return len(token) == 2 and token[0] == SPACE
    return True


def merged(word, pair):
    """The word's tokens with each occurrence of the pair made one token."""
    result, i = [], 0
    while i < len(word):
        if tuple(word[i : i + 2]) == pair:
            result.append(word[i] + word[i + 1])
            i += 2
        else:
            result.append(word[i])
            i += 1
    return result


def learn(texts, vocabulary_size):
    """The merges, in order, that fill a vocabulary of this size: the commonest pair first, ties by the pair itself."""
    counts = collections.Counter(
        word for text in texts for part in SPLIT.split(text) if part not in ADDED for word in PRETOKEN.findall(part)
    )
    counts = {word: count for word, count in counts.items() if count > 1}  # most others are syllables drawn once
    words = [letters(word) for word in counts]
    frequency = list(counts.values())
    where = collections.defaultdict(set)  # pair -> indices of words that may contain it
    pairs = collections.Counter()
    for i, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += frequency[i]
            where[pair].add(i)

    merges = []

    def add(pair):
        merges.append(pair)
        for i in where.pop(pair, ()):
            for old in zip(words[i], words[i][1:]):
                pairs[old] -= frequency[i]
            words[i] = merged(words[i], pair)
            for new in zip(words[i], words[i][1:]):
                pairs[new] += frequency[i]
                where[new].add(i)

    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        add((SPACE, letter))
    while 256 + len(ADDED) + len(merges) < vocabulary_size:
        add(max((pair for pair in pairs if may_merge(pair[0] + pair[1])), key=lambda pair: (pairs[pair], pair)))
    return merges


class Tokenizer:
    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.rank = {pair: i for i, pair in enumerate(self.merges)}
        self.tokens = [*dict.fromkeys(sorted(BYTE) + [a + b for a, b in self.merges]), *ADDED]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.added = {self.ids[token]: token for token in ADDED}
        self._cache = {}

    def pieces(self):
        """The tokens of two or more small letters, without a leading space."""
        texts = (token.removeprefix(SPACE) for token in self.tokens)
        return sorted({text for text in texts if len(text) > 1 and text.isascii() and text.isalpha() and text.islower()})

    def split(self, word):
        tokens = letters(word)
        while len(tokens) > 1:
            pair = min(zip(tokens, tokens[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
            if pair not in self.rank:
                break
            tokens = merged(tokens, pair)
        return tokens

    def encode(self, text):
        ids = []
        for part in SPLIT.split(text):
            if part in ADDED:
                ids.append(self.ids[part])
                continue
            for word in PRETOKEN.findall(part):
                if word not in self._cache:
                    self._cache[word] = [self.ids[token] for token in self.split(word)]
                ids += self._cache[word]
        return ids

    def decode(self, ids):
        """The text; bytes that are not UTF-8 become U+FFFD."""
        text = b"".join(
            self.added[i].encode() if i in self.added else bytes(BYTE[letter] for letter in self.tokens[i]) for i in ids
        )
        return text.decode(errors="replace")

    def save(self, path):
        """In the format of the `tokenizers` library, which transformers.js reads."""
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
        added = [{"id": i, "content": token, **flags, "special": token in SPECIAL} for i, token in self.added.items()]
        content = {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "pre_tokenizer": byte_level,
            "post_processor": {**byte_level, "trim_offsets": False},
            "decoder": byte_level,
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
                "fuse_unk": False, "byte_fallback": False, "vocab": {token: i for token, i in self.ids.items() if i not in self.added}, "merges": [f"{a} {b}" for a, b in self.merges],
            },
        }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, separators=(",", ":"))


def load(path):
    with open(path, encoding="utf-8") as file:
        return Tokenizer(json.load(file))
