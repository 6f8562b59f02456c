"""Generates the corpus and tokenizes it: BUILD/merges.json (the tokenizer) and BUILD/corpus.npz.

    python3 prepare.py BUILD [--documents 800000]

A merges.json that is already there is kept: a checkpoint that goes on with another corpus needs the tokenizer that it learnt with.

The same seeds give the same files on every machine: each of the parts has a generator of its own, whatever process it
runs in. corpus.npz holds `ids` and `spoken` (is it a token of the assistant's?), all documents one after the other, and
`starts`, where each begins, with the total at the end.
"""
import argparse
import json
import multiprocessing
import os
import time

import numpy as np

from conversation import conversation
from dialect import segments
from model import CONFIG
from tokenizer import Tokenizer, learn, load
from words import Fillers

TOKENIZER_SEED, TOKENIZER_DOCUMENTS = 7, 10_000
FIRST_SEED, PARTS = 1000, 40


HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "hand-written.json"), encoding="utf-8") as file:
    KEPT_OUT = {item["messages"][-1]["content"] for item in json.load(file)}


def tokenize(tokenizer, messages, tools):
    """(ids, spoken), two lists of one length."""
    ids, spoken = [], []
    for text, is_spoken in segments(messages, tools):
        tokens = tokenizer.encode(text)
        ids += tokens
        spoken += [is_spoken] * len(tokens)
    return ids, spoken


def part(arguments):
    merges_path, seed, documents = arguments
    tokenizer = load(merges_path)
    fillers = Fillers(seed, pieces=tokenizer.pieces())
    all_ids, all_spoken, lengths = [], [], []
    while len(lengths) < documents:
        messages, tools = conversation(fillers)
        ids, spoken = tokenize(tokenizer, messages, tools)
        if len(ids) <= CONFIG["n_positions"] and not any(message["content"] in KEPT_OUT for message in messages):
            all_ids += ids
            all_spoken += spoken
            lengths.append(len(ids))
    return np.array(all_ids, np.uint16), np.array(all_spoken, bool), np.array(lengths)


def learn_tokenizer(merges_path, vocabulary):
    fillers = Fillers(TOKENIZER_SEED)
    texts = ["".join(text for text, _ in segments(*conversation(fillers))) for _ in range(TOKENIZER_DOCUMENTS)]
    merges = learn(texts, vocabulary)
    size = len(Tokenizer(merges).tokens)
    assert size == vocabulary, f"the vocabulary has {size} tokens, not {vocabulary}"
    with open(merges_path, "w", encoding="utf-8") as file:
        json.dump(merges, file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--documents", type=int, default=800_000)
    parser.add_argument("--vocabulary", type=int, default=CONFIG["vocab_size"])
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.makedirs(options.build, exist_ok=True)
    began = time.time()

    merges_path = os.path.join(options.build, "merges.json")
    if os.path.exists(merges_path):
        print(f"tokenizer: {merges_path}, kept", flush=True)
    else:
        learn_tokenizer(merges_path, options.vocabulary)
        print(f"tokenizer: {options.vocabulary} tokens, {time.time() - began:.0f} s", flush=True)

    work = [(merges_path, FIRST_SEED + i, options.documents // PARTS) for i in range(PARTS)]
    with multiprocessing.Pool(options.processes) as pool:
        ids, spoken, lengths = (np.concatenate(arrays) for arrays in zip(*pool.map(part, work, chunksize=1)))
    np.savez(os.path.join(options.build, "corpus.npz"), ids=ids, spoken=spoken, starts=np.concatenate(([0], np.cumsum(lengths))))
    print(f"corpus: {len(lengths):,} documents, {len(ids):,} tokens, {spoken.mean():.0%} spoken, longest {lengths.max()}, "
          f"mean {lengths.mean():.0f}; {time.time() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
