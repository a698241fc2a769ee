"""One training step of an encoder-decoder Transformer in PyTorch, for bench/train-step and bench/gpu.

Reads one JSON object on standard input: {layers, dModel, vocabulary, batch, length, dropout, threads, compile,
device}, and answers with its version or with {"failed": why}. Then, for every line "run N" it times N steps and prints their
milliseconds as a JSON list; for "peak" it prints its peak resident memory in MiB, when the library was loaded and now.

The model is the one Heed trains: post-norm, tied embeddings, ReLU, label smoothing 0.1, global-norm clipping, AdamW; the
same made-up batch. It is written for speed as PyTorch's own users write it: one product for queries, keys and values,
scaled_dot_product_attention, the fused AdamW, and with "compile" the whole forward and backward pass through inductor.
"""
import json
import math
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn



def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


loaded = peak()
config = json.loads(sys.stdin.readline())
torch.manual_seed(1)
torch.set_num_threads(config.get("threads", os.cpu_count()))
layers, dim, vocabulary = config["layers"], config["dModel"], config["vocabulary"]
batch, length, dropout = config["batch"], config["length"], config["dropout"]
heads = dim // 32
device = config.get("device", "cpu")


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x, memory=None, mask=None, is_causal=False):
        if memory is None:
            q, k, v = self.project(x).chunk(3, -1)
        else:
            weight, bias = self.project.weight, self.project.bias
            q = F.linear(x, weight[:dim], bias[:dim])
            k, v = F.linear(memory, weight[dim:], bias[dim:]).chunk(2, -1)
        q, k, v = (t.unflatten(-1, (heads, -1)).transpose(1, 2) for t in (q, k, v))
        rate = dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=rate, is_causal=is_causal)
        return self.out(y.transpose(1, 2).flatten(-2))


class Block(nn.Module):
    """A layer of either side; the decoder's also attends to `memory`."""

    def __init__(self, has_memory):
        super().__init__()
        self.attention = Attention()
        self.cross = Attention() if has_memory else None
        self.feed = nn.Sequential(
            nn.Linear(dim, 4 * dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(4 * dim, dim)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(3 if has_memory else 2))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask, memory=None):
        causal = memory is not None
        x = self.norms[0](x + self.dropout(self.attention(x, mask=None if causal else mask, is_causal=causal)))
        if memory is not None:
            x = self.norms[1](x + self.dropout(self.cross(x, memory, mask)))
        return self.norms[-1](x + self.dropout(self.feed(x)))


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        nn.init.normal_(self.embed.weight, std=dim**-0.5)
        self.encoder = nn.ModuleList(Block(False) for _ in range(layers))
        self.decoder = nn.ModuleList(Block(True) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, dim, 2) / dim)
        self.register_buffer("waves", torch.stack([angles.sin(), angles.cos()], -1).reshape(length, dim))

    def embedded(self, ids):
        return self.dropout(self.embed(ids) * math.sqrt(dim) + self.waves)

    def forward(self, source, mask, target, labels):
        memory = self.embedded(source)
        for block in self.encoder:
            memory = block(memory, mask)
        x = self.embedded(target)
        for block in self.decoder:
            x = block(x, mask, memory)
        logits = F.linear(x.flatten(0, 1), self.embed.weight)
        return F.cross_entropy(logits, labels.flatten(), label_smoothing=0.1)


model = Translator().to(device)
optimizer = torch.optim.AdamW(
    model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.01, fused=True
)
ids = (4 + torch.arange(batch * length) * 7919 % (vocabulary - 4)).reshape(batch, length).to(device)
mask = torch.ones(batch, 1, 1, length, dtype=torch.bool, device=device)  # True may be seen
mask[..., -1] = False
loss_of = torch.compile(model) if config.get("compile") else model


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(ids, mask, ids, ids)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def say(answer):
    print(json.dumps(answer), flush=True)


try:
    for _ in range(3):
        step()
except Exception as error:  # whatever inductor and the C++ compiler raise: a cell of the table, not the end of it
    say({"failed": f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"})
    sys.exit(0)
parameters = sum(parameter.numel() for parameter in model.parameters())
say({"version": torch.__version__, "parameters": parameters, "threads": torch.get_num_threads()})
for line in sys.stdin:
    if line.startswith("peak"):
        say([loaded, peak()])
        continue
    times = []
    for _ in range(int(line.split()[1])):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    say(times)
