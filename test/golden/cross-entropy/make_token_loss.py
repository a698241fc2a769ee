"""Writes token-loss.json: what is added to the loss of tokens, in PyTorch, float64.

    pip install -r requirements.txt && python make_token_loss.py

R-Drop as in Eq. 4 of Liang et al. 2021, halved; smoothing that spares some outputs as cross-entropy with distributions.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
COUNT, DIM, OUTPUTS, SPARED = 5, 4, 7, [0, 1, 2]
CASES = {
    "spared": dict(smoothing=0.1, spared=SPARED),
    "rDrop": dict(rDrop=5),
    "rDrop, smoothed": dict(smoothing=0.1, rDrop=2),
    "rDrop, spared": dict(smoothing=0.2, spared=SPARED, rDrop=0.5),
}


def rounded(tensor):
    return tensor.float().double()


def run(case, generator):
    copies = 2 if "rDrop" in case else 1
    hidden = rounded(torch.randn(copies * COUNT, DIM, generator=generator)).requires_grad_()
    projection = rounded(torch.randn(OUTPUTS, DIM, generator=generator)).requires_grad_()
    labels = torch.tensor([3, 5, 2, 6, 4])
    weight = torch.tensor([1.0, 1, 1, 1, 0])
    logits = hidden @ projection.T
    smoothing, spared = case.get("smoothing", 0), case.get("spared", [])
    share = torch.full((OUTPUTS,), smoothing / (OUTPUTS - len(spared)))
    share[spared] = 0
    wanted = (1 - smoothing) * F.one_hot(labels, OUTPUTS) + share
    each = [F.cross_entropy(part, wanted, reduction="none") for part in logits.split(COUNT)]
    loss = sum((one * weight).sum() for one in each) / copies
    if copies == 2:
        p, q = (part.log_softmax(-1) for part in logits.split(COUNT))
        both = F.kl_div(p, q, log_target=True, reduction="none") + F.kl_div(q, p, log_target=True, reduction="none")
        loss = loss + case["rDrop"] / 4 * (both.sum(-1) * weight).sum()
    loss.backward()
    return {**case, "hidden": hidden.tolist(), "projection": projection.tolist(), "labels": labels.tolist(),
            "weight": weight.tolist(), "loss": loss.item(), "dHidden": hidden.grad.tolist(),
            "dProjection": projection.grad.tolist()}


generator = torch.Generator().manual_seed(5)
golden = {name: run(case, generator) for name, case in CASES.items()}
(HERE / "token-loss.json").write_text(json.dumps(golden) + "\n")
