"""Keeps a training in the repository: the weights in half precision, without the state of the optimizers.

    python3 weights.py keep BUILD [weights.pt]
    python3 weights.py take BUILD [weights.pt]

`keep` writes a file of 6.5 MB from BUILD/checkpoint.pt. `take` makes a checkpoint of it, from which `train.py BUILD --resume` goes on
after a new warm-up.
"""
import argparse
import os

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("do", choices=("keep", "take"))
    parser.add_argument("build")
    parser.add_argument("file", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "weights.pt"))
    options = parser.parse_args()
    checkpoint = os.path.join(options.build, "checkpoint.pt")
    source, target, number = (checkpoint, options.file, torch.half) if options.do == "keep" else (options.file, checkpoint, torch.float)
    state = torch.load(source, map_location="cpu")
    weights = {name: tensor.to(number) for name, tensor in state["model"].items()}
    torch.save({"config": state["config"], "model": weights, "step": state["step"]}, target)
    print(f"{target}: step {state['step']}, {os.path.getsize(target):,} bytes")


if __name__ == "__main__":
    main()
