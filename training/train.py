"""Trains the model: BUILD/corpus.npz -> BUILD/model.pt, by a schedule of steps and seeds, never of time.

    python3 train.py BUILD [--steps 18000] [--resume]

Two processes of one thread each share every step: each computes the gradient of its own documents, the sum is what both
apply. On two cores that is faster than one process of two threads. Matrix products are in bfloat16, all else in float32.

The same corpus, steps, seed and workers give the same weights on the same processor and libraries, also over a --resume;
other processors or versions may round otherwise and end elsewhere, near by.
"""
import argparse
import math
import os
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before torch is loaded: one thread a process
os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] = "20000"

import numpy as np
import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
import torch.nn.functional as F
from torch.nn.utils import clip_grad_norm_, parameters_to_vector

from model import CONFIG, GPT2

WORKERS = 2
BATCHES = 2  # of each worker in a step: documents of one length within a batch, of two lengths within a step
BATCH_TOKENS = 1024  # padding included
POOL = 1024  # documents that are sorted by length before they are cut into batches, so that little is padding

PEAK_RATE, FINAL_RATE, WARM_UP = 3e-3, 0.02, 200  # the final rate is relative to the peak
BETAS, WEIGHT_DECAY, CLIP = (0.9, 0.98), 0.1, 1.0

# The loss of what the assistant does not say counts for half: it teaches the structure of a conversation. With none of
# it learning starts far slower; with all of it the model spends itself on fillers that nobody could predict.
CONTEXT_WEIGHT = 0.5
# So that every one of the 512 positions is learnt, although few documents are long, some documents start late.
SHIFTED = 0.3

LOG_EVERY, SAVE_EVERY = 100, 500


def padded(length):
    """Multiples of 16 only: the library compiles a kernel for each shape that it meets, and keeps it."""
    return (length + 15) // 16 * 16


class Corpus:
    """The documents of one worker, cut into batches whose order depends on nothing but the seed."""

    def __init__(self, build, seed, worker):
        with np.load(os.path.join(build, "corpus.npz")) as arrays:
            self.ids, self.spoken, self.starts = arrays["ids"], arrays["spoken"], arrays["starts"]
        self.seed, self.worker = seed, worker
        self.lengths = np.diff(self.starts)
        self.mean_weight = self.spoken.mean() + CONTEXT_WEIGHT * (1 - self.spoken.mean())

    def batches(self):
        """Lists of document numbers, for ever: each epoch in another order.

        All workers compute the same sequence and each takes its own: at any time they have documents of about the same
        length, so that neither waits for the other.
        """
        random = np.random.default_rng(self.seed)
        while True:
            order = random.permutation(len(self.lengths))
            for i in range(0, len(order), POOL):
                pool = self.cut(order[i : i + POOL])
                for k in random.permutation(len(pool) // WORKERS):
                    yield pool[k * WORKERS + self.worker]

    def cut(self, documents):
        batches, batch = [], []
        for document in documents[np.argsort(self.lengths[documents], kind="stable")]:
            if (len(batch) + 1) * padded(self.lengths[document]) > BATCH_TOKENS:
                batches.append(batch)
                batch = []
            batch.append(document)
        return batches + [batch]

    def tensors(self, documents, random):
        """ids and positions [B, T], targets and their weights [B, T]; `random` draws where a document starts."""
        shape = len(documents), padded(max(self.lengths[document] for document in documents))
        ids, positions, targets = (np.zeros(shape, np.int64) for _ in range(3))
        weights = np.zeros(shape, np.float32)
        for row, document in enumerate(documents):
            start, length = self.starts[document], self.lengths[document]
            ids[row, :length] = self.ids[start : start + length]
            targets[row, : length - 1] = ids[row, 1:length]
            weights[row, : length - 1] = np.where(self.spoken[start + 1 : start + length], 1, CONTEXT_WEIGHT)
            shift = random.integers(CONFIG["n_positions"] - length + 1) if random.random() < SHIFTED else 0
            positions[row, :length] = np.arange(shift, shift + length)
        return tuple(torch.from_numpy(array) for array in (ids, positions, targets, weights))


def learning_rate(step, steps):
    cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
    return PEAK_RATE * min(1, (step + 1) / WARM_UP) * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


def make_optimizer(model):
    decayed = [parameter for name, parameter in model.named_parameters() if parameter.dim() == 2 and name != "positions.weight"]
    kept = [parameter for name, parameter in model.named_parameters() if parameter.dim() == 1 or name == "positions.weight"]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": kept, "weight_decay": 0}]
    return torch.optim.AdamW(groups, lr=0, betas=BETAS, foreach=True)


def sum_over_workers(model):
    """One exchange for the gradients of all parameters."""
    gradient = parameters_to_vector(parameter.grad for parameter in model.parameters())
    distributed.all_reduce(gradient)
    offset = 0
    for parameter in model.parameters():
        parameter.grad.copy_(gradient[offset : offset + parameter.numel()].view_as(parameter))
        offset += parameter.numel()


def work(worker, options):
    rendezvous = os.path.join(os.path.abspath(options.build), "rendezvous")
    distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=worker, world_size=WORKERS)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # the tails of softmax would be slow
    torch.manual_seed(options.seed)  # the same in all workers: they start from the same weights and stay together
    model = GPT2()
    optimizer = make_optimizer(model)
    checkpoint_path = os.path.join(options.build, "checkpoint.pt")
    first = 0
    if options.resume:
        checkpoint = torch.load(checkpoint_path)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        first = checkpoint["step"]

    corpus = Corpus(options.build, options.seed, worker)
    batches = corpus.batches()
    for _ in range(first * BATCHES):
        next(batches)
    scale = 1 / (corpus.mean_weight * BATCH_TOKENS * BATCHES * WORKERS)
    if worker == 0:
        print(f"{sum(parameter.numel() for parameter in model.parameters()):,} parameters, torch {torch.__version__}, "
              f"steps {first} to {options.steps}, seed {options.seed}", flush=True)

    loss_sum, loss_count, seen, began = 0.0, 0, 0, time.time()
    for step in range(first, options.steps):
        random = np.random.default_rng((options.seed, worker, step))
        optimizer.zero_grad(set_to_none=False)
        for _ in range(BATCHES):
            ids, positions, targets, weights = corpus.tensors(next(batches), random)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits, _ = model(ids, positions)
            losses = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none").view_as(weights)
            ((losses * weights).sum() * scale).backward()
            loss_sum += losses.detach()[weights == 1].sum().item()
            loss_count += (weights == 1).sum().item()
            seen += (weights > 0).sum().item()
        sum_over_workers(model)
        norm = clip_grad_norm_(model.parameters(), CLIP)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, options.steps)
        optimizer.step()

        done = step + 1
        if worker == 0 and done % LOG_EVERY == 0:
            milliseconds = (time.time() - began) / LOG_EVERY * 1e3
            print(f"step {done:5d}  loss of what is spoken {loss_sum / loss_count:.4f}  rate {learning_rate(step, options.steps):.2e}  "
                  f"gradient {norm:.2f}  tokens a step {WORKERS * seen / LOG_EVERY:.0f}  {milliseconds:.0f} ms a step", flush=True)
            loss_sum, loss_count, seen, began = 0.0, 0, 0, time.time()
        if worker == 0 and (done % SAVE_EVERY == 0 or done == options.steps):
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": done}
            torch.save(state, checkpoint_path + ".new")
            os.replace(checkpoint_path + ".new", checkpoint_path)
    if worker == 0:
        torch.save(model.state_dict(), os.path.join(options.build, "model.pt"))
    distributed.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--steps", type=int, default=18_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    rendezvous = os.path.join(options.build, "rendezvous")
    if os.path.exists(rendezvous):
        os.remove(rendezvous)  # left by a run that was stopped
    multiprocessing.spawn(work, (options,), nprocs=WORKERS)


if __name__ == "__main__":
    main()
