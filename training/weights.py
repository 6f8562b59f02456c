"""Keeps a training in the repository: the tokenizer, and the weights in half precision, without the state of the optimizers.

    python3 weights.py keep BUILD [weights.pt]
    python3 weights.py take BUILD [weights.pt]

`keep` writes a file of 6.5 MB from BUILD/checkpoint.pt and BUILD/merges.json. `take` makes both of it. Then `prepare.py BUILD` writes
a corpus in the tokens that the weights know, and `train.py BUILD --resume` goes on after a new warm-up.
"""
import argparse
import json
import os

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("do", choices=("keep", "take"))
    parser.add_argument("build")
    parser.add_argument("file", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights.pt"))
    options = parser.parse_args()
    checkpoint, merges = os.path.join(options.build, "checkpoint.pt"), os.path.join(options.build, "merges.json")
    if options.do == "keep":
        with open(merges, encoding="utf-8") as file:
            state = {**convert(torch.load(checkpoint, map_location="cpu"), torch.half), "merges": json.load(file)}
        torch.save(state, options.file)
    else:
        os.makedirs(options.build, exist_ok=True)
        state = torch.load(options.file, map_location="cpu")
        with open(merges, "w", encoding="utf-8") as file:
            json.dump(state["merges"], file)
        torch.save(convert(state, torch.float), checkpoint)
    print(f"step {state['step']}")


def convert(state, number):
    weights = {name: tensor.to(number) for name, tensor in state["model"].items()}
    return {"config": state["config"], "model": weights, "step": state["step"]}


if __name__ == "__main__":
    main()
