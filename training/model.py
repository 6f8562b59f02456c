"""GPT-2 in plain PyTorch: what `GPT2LMHeadModel` computes, and nothing else.

Shapes are said in letters: B batch, T tokens, D width, H heads, V vocabulary.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

CONFIG = dict(n_embd=192, n_layer=6, n_head=6, vocab_size=2048, n_positions=1024)
MASKED = -1e9


def gelu_new(x):
    """GPT-2's x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))), said with a sigmoid, which is four times as fast on a CPU."""
    x = x.float()
    return x * torch.sigmoid(math.sqrt(8 / math.pi) * x * (1 + 0.044715 * x * x))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["n_embd"]
        self.heads = config["n_head"]
        self.norm_1 = nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.norm_2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, x, mask, cache=None):
        """x [B, T, D]; mask [T, past + T], added to the scores; cache: keys and values of the past, [B * H, past, D / H], or None.

        Returns the new x and the keys and values, past ones included.
        """
        batch, tokens, width = x.shape
        qkv = self.attention(self.norm_1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).flatten(1, 2)  # each [B * H, T, D / H]
        if cache is not None:
            key, value = torch.cat((cache[0], key), 1), torch.cat((cache[1], value), 1)
        if hasattr(F, "scaled_dot_product_attention") and cache is None:  # torch 2: far faster on a GPU
            by_head = (part.view(batch, self.heads, tokens, -1) for part in (query, key, value))
            attended = F.scaled_dot_product_attention(*by_head, is_causal=True)
        else:
            query = query / math.sqrt(width // self.heads)
            scores = torch.baddbmm(mask.to(query.dtype), query, key.transpose(1, 2))
            attended = torch.bmm(scores.softmax(-1).to(value.dtype), value).view(batch, self.heads, tokens, -1)
        x = x + self.projection(attended.transpose(1, 2).reshape(batch, tokens, width))
        x = x + self.contract(gelu_new(self.expand(self.norm_2(x))))
        return x, (key, value)


class GPT2(nn.Module):
    def __init__(self, config=CONFIG):
        super().__init__()
        self.config = config
        width = config["n_embd"]
        self.tokens = nn.Embedding(config["vocab_size"], width)  # the output head too: the embeddings are tied
        self.positions = nn.Embedding(config["n_positions"], width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config["n_layer"]))
        self.norm = nn.LayerNorm(width)
        self._initialise()

    def _initialise(self):
        residual = 1 / math.sqrt(2 * self.config["n_layer"])  # GPT-2's: what is added to the stream starts smaller
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif name in ("tokens.weight", "positions.weight"):
                nn.init.normal_(parameter, std=0.02)
            elif parameter.dim() == 2:
                std = 0.5 / math.sqrt(parameter.shape[1])
                nn.init.normal_(parameter, std=std * (residual if "projection" in name or "contract" in name else 1))

    def forward(self, ids, positions, past=None):
        """ids, positions [B, T] -> logits [B, T, V] and every layer's keys and values, for the next call's `past`."""
        tokens = ids.shape[1]
        total = tokens + (past[0][0].shape[1] if past else 0)
        mask = torch.full((tokens, total), MASKED, device=ids.device).triu(1 + total - tokens)
        x = self.tokens(ids) + self.positions(positions)
        present = []
        for i, block in enumerate(self.blocks):
            x, cache = block(x, mask, past[i] if past else None)
            present.append(cache)
        return F.linear(self.norm(x), self.tokens.weight), present

    @torch.no_grad()
    def generate(self, prompt, end, limit=200):
        """Greedy: the token ids that follow `prompt`, `end` included if it was reached within `limit` tokens."""
        ids, past, reply = list(prompt), None, []
        position = 0
        limit = min(limit, self.config["n_positions"] - len(prompt))
        while len(reply) < limit and (not reply or reply[-1] != end):
            places = torch.arange(position, position + len(ids))[None]
            logits, past = self(torch.tensor([ids]), places, past)
            position += len(ids)
            ids = [int(logits[0, -1].argmax())]
            reply += ids
        return reply


def restore(path):
    """The model of a checkpoint that train.py wrote."""
    checkpoint = torch.load(path, map_location="cpu")
    model = GPT2(checkpoint["config"])
    model.load_state_dict(checkpoint["model"])
    return model.eval()
