"""Trains the model: BUILD/corpus.npz -> BUILD/checkpoint.pt, by a schedule of steps and seeds, never of time.

    python3 train.py BUILD [--steps 12000] [--resume] [--minutes 140]

The learning rate is constant until the last fifth of the steps. Until then, --resume may give another number of steps: the
run gets longer or shorter, and nothing is lost.

On a GPU where torch finds one, else on as many threads as OMP_NUM_THREADS says. Matrix products are in bfloat16, all else
in float32. A run that stops, by --minutes or by SIGTERM, writes a checkpoint first; --resume goes on from it with the same
batches as if it had not stopped. Appends to BUILD/training.log.
"""
import argparse
import math
import os
import signal
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is loaded
os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] = "20000"

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils import clip_grad_norm_

from model import CONFIG, GPT2
from muon import Muon

STEP_TOKENS = 8192  # padding included
BATCHES = 4  # in a step, at the least: a batch has documents of one length, a step should not
BATCH_TOKENS = {"cpu": 2048, "cuda": 32768}  # what is computed at once, at the most
POOL = 1024  # documents that are sorted by length before they are cut into batches, so that little is padding

WARM_UP = 200  # steps
BETAS, WEIGHT_DECAY, CLIP = (0.9, 0.98), 0.1, 1.0

# So that every position is learnt, although few documents are long, some documents start late.
SHIFTED = 0.3
TYPICAL_REPLY = 16  # tokens

LOG_EVERY, SAVE_EVERY = 50, 250


def padded(length):
    """Multiples of 16 only: on a CPU the library compiles a kernel for each shape that it meets, and keeps it."""
    return (length + 15) // 16 * 16


def reply_weights(spoken, context_weight):
    """Each token's weight in the loss: sqrt(TYPICAL_REPLY / n) in a reply of n tokens, so that one word counts beside a long call."""
    edges = np.flatnonzero(np.diff(spoken, prepend=False, append=False))
    lengths = edges[1::2] - edges[::2]
    weights = np.full(len(spoken), context_weight, np.float32)
    weights[spoken] = np.repeat(np.sqrt(TYPICAL_REPLY / lengths), lengths)
    return weights


class Corpus:
    """The documents, cut into batches whose order depends on nothing but the seed."""

    def __init__(self, build, seed, batch_tokens, context_weight):
        with np.load(os.path.join(build, "corpus.npz")) as arrays:
            self.ids, self.spoken, self.starts = arrays["ids"], arrays["spoken"], arrays["starts"]
        self.seed, self.batch_tokens = seed, batch_tokens
        self.lengths = np.diff(self.starts)
        self.weights = reply_weights(self.spoken, context_weight)

    def batches(self):
        """Lists of document numbers, for ever: each epoch in another order."""
        random = np.random.default_rng(self.seed)
        while True:
            order = random.permutation(len(self.lengths))
            for i in range(0, len(order), POOL):
                pool = self.cut(order[i : i + POOL])
                for k in random.permutation(len(pool)):
                    yield pool[k]

    def cut(self, documents):
        batches, batch = [], []
        for document in documents[np.argsort(self.lengths[documents], kind="stable")]:
            if batch and (len(batch) + 1) * padded(self.lengths[document]) > self.batch_tokens:
                batches.append(batch)
                batch = []
            batch.append(document)
        return batches + [batch]

    def tensors(self, documents, random, positions_count):
        """ids and positions [B, T]; targets, their weights, whether they are spoken [B, T]; `random` draws where a document starts."""
        shape = len(documents), padded(max(self.lengths[document] for document in documents))
        ids, positions, targets = (np.zeros(shape, np.int64) for _ in range(3))
        weights, spoken = np.zeros(shape, np.float32), np.zeros(shape, bool)
        for row, document in enumerate(documents):
            start, length = self.starts[document], self.lengths[document]
            ids[row, :length] = self.ids[start : start + length]
            targets[row, : length - 1] = ids[row, 1:length]
            weights[row, : length - 1] = self.weights[start + 1 : start + length]
            spoken[row, : length - 1] = self.spoken[start + 1 : start + length]
            shift = random.integers(positions_count - length + 1) if random.random() < SHIFTED else 0
            positions[row, :length] = np.arange(shift, shift + length)
        return tuple(torch.from_numpy(array) for array in (ids, positions, targets, weights, spoken))


def learning_rate(step, cold, options):
    """Warm-up from the step `cold`, the peak, then down to nothing over the last `--cool-down` of the steps, as 1 - sqrt (arXiv 2405.18392)."""
    cool_down = options.steps * options.cool_down
    cooling = max(0, step - (options.steps - cool_down)) / max(1, cool_down)
    return options.rate * min(1, (step - cold + 1) / WARM_UP) * (1 - math.sqrt(cooling))


def make_optimizers(model):
    """Muon for the matrices inside the blocks, AdamW for all else."""
    matrices = [parameter for parameter in model.blocks.parameters() if parameter.dim() == 2]
    kept = [parameter for parameter in model.parameters() if parameter.dim() == 1] + [model.positions.weight]
    groups = [{"params": [model.tokens.weight], "weight_decay": WEIGHT_DECAY}, {"params": kept, "weight_decay": 0}]
    return [Muon(matrices, weight_decay=WEIGHT_DECAY), torch.optim.AdamW(groups, lr=0, betas=BETAS, foreach=True)]


def save(path, model, optimizers, step):
    optimizer_states = [optimizer.state_dict() for optimizer in optimizers]
    state = {"config": model.config, "model": model.state_dict(), "optimizers": optimizer_states, "step": step}
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def train(options):
    began_at = time.time()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_flush_denormal(True)  # the tails of softmax would be slow
    torch.manual_seed(options.seed)
    config = {**CONFIG, "n_layer": options.layers, "n_embd": options.width, "n_head": options.heads, "vocab_size": options.vocabulary}
    path = os.path.join(options.build, "checkpoint.pt")
    first, cold, state = 0, 0, None
    if options.resume:
        state = torch.load(path, map_location="cpu")
        config, first = state["config"], state["step"]
    model = GPT2(config).to(device)
    optimizers = make_optimizers(model)
    if state:
        model.load_state_dict(state["model"])
        if "optimizers" not in state:  # weights alone: see weights.py
            cold = first
        for optimizer, saved in zip(optimizers, state.get("optimizers", [])):
            optimizer.load_state_dict(saved)

    batch_tokens = min(BATCH_TOKENS[device], options.step_tokens // BATCHES)
    batches_a_step = options.step_tokens // batch_tokens
    corpus = Corpus(options.build, options.seed, batch_tokens, options.context_weight)
    batches = corpus.batches()
    for _ in range(first * batches_a_step):
        next(batches)
    scale = 1 / (corpus.weights.mean(dtype=np.float64) * options.step_tokens)

    log = open(os.path.join(options.build, "training.log"), "a" if options.resume else "w", encoding="utf-8")

    def say(text):
        print(text, flush=True)
        print(text, file=log, flush=True)

    say(f"{sum(parameter.numel() for parameter in model.parameters()):,} parameters, torch {torch.__version__} on {device}, "
        f"steps {first} to {options.steps}, seed {options.seed}, {options}")
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    loss_sum, loss_count, seen, began = 0.0, 0, 0, time.time()
    for step in range(first, options.steps):
        random = np.random.default_rng((options.seed, step))
        model.zero_grad(set_to_none=False)
        for _ in range(batches_a_step):
            tensors = corpus.tensors(next(batches), random, config["n_positions"])
            ids, positions, targets, weights, spoken = (tensor.to(device, non_blocking=True) for tensor in tensors)
            with torch.autocast(device, dtype=torch.bfloat16):
                logits, _ = model(ids, positions)
            losses = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none").view_as(weights)
            ((losses * weights).sum() * scale).backward()
            loss_sum += losses.detach()[spoken].sum()
            loss_count += spoken.sum()
            seen += (tensors[3] > 0).sum().item()
        norm = clip_grad_norm_(model.parameters(), CLIP)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, cold, options)
            optimizer.step()

        done = step + 1
        stops = bool(stopped) or (options.minutes and time.time() - began_at > 60 * options.minutes)
        if done % LOG_EVERY == 0:
            milliseconds = (time.time() - began) / LOG_EVERY * 1e3
            say(f"step {done:5d}  loss of what is spoken {float(loss_sum / loss_count):.4f}  rate {learning_rate(step, cold, options):.2e}  "
                f"gradient {float(norm):.2f}  tokens a step {seen / LOG_EVERY:.0f}  {milliseconds:.0f} ms a step")
            loss_sum, loss_count, seen, began = 0.0, 0, 0, time.time()
        if done % SAVE_EVERY == 0 or done == options.steps or stops:
            save(path, model, optimizers, done)
        if stops:
            say(f"stopped after step {done}; go on with --resume")
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--minutes", type=float, help="stop after so long, with a checkpoint")
    parser.add_argument("--rate", type=float, default=2e-3, help="the peak of the learning rate")
    parser.add_argument("--cool-down", type=float, default=0.2, help="the part of the steps in which the rate falls, at the end")
    parser.add_argument("--step-tokens", type=int, default=STEP_TOKENS)
    # The loss of what the assistant does not say counts less: it teaches the structure of a conversation, but the model
    # must not spend itself on fillers that nobody could predict.
    parser.add_argument("--context-weight", type=float, default=0.3)
    parser.add_argument("--layers", type=int, default=CONFIG["n_layer"])
    parser.add_argument("--width", type=int, default=CONFIG["n_embd"])
    parser.add_argument("--heads", type=int, default=CONFIG["n_head"])
    parser.add_argument("--vocabulary", type=int, default=CONFIG["vocab_size"], help="as prepare.py was given")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
