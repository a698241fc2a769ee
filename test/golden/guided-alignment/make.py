"""Writes loss.json beside it: the alignment loss of random attention in PyTorch, float64, and its gradient.

    pip install -r requirements.txt && python make.py

Attention is a softmax over scores; each linked row of the links is a distribution over source tokens. The loss is PyTorch's
own cross-entropy against those distributions, summed over the linked rows.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
batch, target, source = 3, 5, 4

scores = (3 * torch.randn(batch, target, source)).round(decimals=4).requires_grad_()
links = torch.zeros(batch, target, source)
links[0, 0, 0] = 1
links[0, 2, 1:3] = 0.5
links[0, 3] = torch.tensor([0.25, 0.25, 0, 0.5])
links[1, 4, 3] = 1
links[1, 1] = 0.25
# The third pair has no links.
linked = links.sum(-1) > 0
loss = F.cross_entropy(scores[linked], links[linked], reduction="sum")
loss.backward()

golden = {
    "scores": {"shape": list(scores.shape), "data": scores.detach().flatten().tolist()},
    "weights": {"shape": list(scores.shape), "data": scores.detach().softmax(-1).flatten().tolist()},
    "links": {"shape": list(links.shape), "data": links.flatten().tolist()},
    "loss": loss.item(),
    "linked": int(linked.sum()),
    "scoresGradient": scores.grad.flatten().tolist(),
}
pathlib.Path(__file__).with_name("loss.json").write_text(json.dumps(golden) + "\n")
