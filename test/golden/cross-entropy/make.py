"""Writes losses.json beside it: PyTorch's cross-entropy of random logits in float64, and its gradient.

    pip install -r requirements.txt && python make.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)
batch, length, classes = 2, 3, 5

logits = (4 * torch.randn(batch, length, classes)).round(decimals=4).requires_grad_()
targets = torch.randint(classes, (batch, length))
weight = torch.tensor([[1.0, 0.5, 0.0], [2.0, 1.0, 1.0]])


def case(smoothing: float, is_weighted: bool) -> dict:
    logits.grad = None
    each = F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), label_smoothing=smoothing, reduction="none"
    ).view(batch, length)
    loss = (each * weight).sum() / weight.sum() if is_weighted else each.mean()
    loss.backward()
    return {
        "smoothing": smoothing,
        "weighted": is_weighted,
        "loss": loss.item(),
        "gradient": logits.grad.flatten().tolist(),
    }


golden = {
    "shape": list(logits.shape),
    "logits": logits.detach().flatten().tolist(),
    "targets": targets.flatten().tolist(),
    "weight": weight.flatten().tolist(),
    "cases": [case(smoothing, weighted) for smoothing in (0.0, 0.1) for weighted in (False, True)],
}
pathlib.Path(__file__).with_name("losses.json").write_text(json.dumps(golden) + "\n")
