"""Writes BUILD/checkpoint.pt with random weights, to try any geometry without training it.

    python3 random_model.py BUILD [--layers 2] [--width 64] [--heads 2] [--positions 1024]

BUILD needs the `merges.json` of prepare.py; export.py then writes a chat model of the same dialect that speaks nonsense.
"""
import argparse
import os

import torch

from model import CONFIG, GPT2
from tokenizer import load
from train import make_optimizers, save


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--heads", type=int, default=2)
    parser.add_argument("--positions", type=int, default=CONFIG["n_positions"])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    vocabulary = len(load(os.path.join(options.build, "merges.json")).tokens)
    torch.manual_seed(options.seed)
    model = GPT2({"n_embd": options.width, "n_layer": options.layers, "n_head": options.heads, "vocab_size": vocabulary, "n_positions": options.positions})
    save(os.path.join(options.build, "checkpoint.pt"), model, make_optimizers(model), step=0)


if __name__ == "__main__":
    main()
