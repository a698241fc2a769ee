"""One training step of an encoder-decoder Transformer in PyTorch, for bench/train-step and bench/webgpu.

Reads one JSON object on standard input: {layers, dModel, vocabulary, batch, length, dropout, warmup, device}. Then, for every line "run N"
it times N steps and prints their milliseconds as a JSON list. The model is the one Heed trains: post-norm, tied
embeddings, ReLU, label smoothing 0.1, global-norm clipping, AdamW.
"""
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

config = json.loads(sys.stdin.readline())
torch.manual_seed(1)
torch.set_num_threads(config.get("threads", os.cpu_count()))
layers, dim, vocabulary = config["layers"], config["dModel"], config["vocabulary"]
batch, length, dropout = config["batch"], config["length"], config["dropout"]
device = config.get("device", "cpu")


class Translator(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(vocabulary, dim)
        torch.nn.init.normal_(self.embed.weight, std=dim**-0.5)
        options = dict(dim_feedforward=4 * dim, dropout=dropout, batch_first=True)
        encoder_layer = torch.nn.TransformerEncoderLayer(dim, dim // 32, **options)
        decoder_layer = torch.nn.TransformerDecoderLayer(dim, dim // 32, **options)
        self.encoder = torch.nn.TransformerEncoder(encoder_layer, layers, enable_nested_tensor=False)
        self.decoder = torch.nn.TransformerDecoder(decoder_layer, layers)
        self.dropout = torch.nn.Dropout(dropout)
        angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, dim, 2) / dim)
        self.register_buffer("waves", torch.stack([angles.sin(), angles.cos()], -1).reshape(length, dim))

    def embedded(self, ids):
        return self.dropout(self.embed(ids) * math.sqrt(dim) + self.waves)

    def forward(self, source, padding, target):
        memory = self.encoder(self.embedded(source), src_key_padding_mask=padding)
        causal = torch.nn.Transformer.generate_square_subsequent_mask(length, device=device)
        hidden = self.decoder(self.embedded(target), memory, tgt_mask=causal, memory_key_padding_mask=padding)
        return hidden.reshape(-1, dim) @ self.embed.weight.T


model = Translator().to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9)
source = torch.randint(4, vocabulary, (batch, length), device=device)
target = torch.randint(4, vocabulary, (batch, length), device=device)
padding = torch.zeros(batch, length, dtype=torch.bool, device=device)
padding[:, -1] = True


def step():
    optimizer.zero_grad(set_to_none=True)
    logits = model(source, padding, target)
    loss = F.cross_entropy(logits, target.reshape(-1), label_smoothing=0.1)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


for _ in range(config.get("warmup", 2)):
    step()
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line.split()[1])):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times), flush=True)
