"""Writes optimisers.json beside it: ten steps of PyTorch's optimisers, in float64, on a small quadratic.

    pip install -r requirements.txt && python write.py

Muon trains the matrix, AdamW the vector; its iteration, which PyTorch does in bfloat16, is done in float64. Averages of the
parameters are kept by PyTorch's AveragedModel. The directions are those of Muon's iteration alone.

The loss is 1/2 Σ c (p - t)² over the elements of two parameters, so that every gradient is c (p - t). The learning
rate changes at each step; gradients are clipped by their joint norm where a case says so.
"""

import json
import pathlib

import torch

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)

START = {"matrix": [[0.5, -1.25], [2.0, 0.125], [-3.0, 0.0]], "vector": [1.5, -0.75]}
TARGET = {"matrix": [[1.0, 1.0], [-2.0, 0.5], [0.25, 4.0]], "vector": [-0.5, 3.0]}
CURVATURE = {"matrix": [[1.0, 0.5], [2.0, 4.0], [0.25, 1.5]], "vector": [3.0, 0.75]}
RATES = [0.01 * step for step in range(1, 6)] + [0.05 / step for step in range(1, 6)]

ADAM = dict(weightDecay=0, beta1=0.9, beta2=0.98, epsilon=1e-9, momentum=0)
SGD = dict(ADAM, optimizer="sgd", momentum=0.9)
CASES = {
    "adamw": dict(ADAM, optimizer="adamw", weightDecay=0.1, clip=0),
    "adamw without decay": dict(ADAM, optimizer="adamw", clip=0),
    "adamw, clipped": dict(ADAM, optimizer="adamw", weightDecay=0.1, clip=1.0),
    "adamw, other betas and a large epsilon": dict(ADAM, optimizer="adamw", weightDecay=0.01, beta1=0.5, beta2=0.9,
                                                   epsilon=0.1, clip=5.0),
    "adam": dict(ADAM, optimizer="adam", clip=0),
    "adam with decay in the gradient": dict(ADAM, optimizer="adam", weightDecay=0.1, clip=0),
    "adam with decay, clipped": dict(ADAM, optimizer="adam", weightDecay=0.1, clip=2.0),
    "sgd": dict(SGD, momentum=0, clip=0),
    "sgd with momentum": dict(SGD, clip=0),
    "muon": dict(ADAM, optimizer="muon", momentum=0.95, clip=0),
    "muon with decay, clipped": dict(ADAM, optimizer="muon", momentum=0.9, weightDecay=0.1, clip=1.0),
    "adamw, averaged": dict(ADAM, optimizer="adamw", weightDecay=0.1, clip=0, ema=0.5),
    "sgd with momentum and decay, clipped": dict(SGD, weightDecay=0.1, clip=4.0),
}


MATRICES = [[[0.5, -1.25, 3.0], [2.0, 0.125, -0.5]], [[1.0, 2.0], [-1.0, 0.5], [0.25, 4.0]],
            [[3.0, -2.0, 1.0], [0.5, 0.5, 0.5]], [[1.5, 0.25], [-0.75, 2.0]]]


class Together:
    """Muon for matrices, AdamW for vectors."""

    def __init__(self, case, parameters):
        self.muon = torch.optim.Muon([p for p in parameters if p.ndim == 2], lr=0.0, momentum=case["momentum"],
                                     weight_decay=case["weightDecay"], adjust_lr_fn="match_rms_adamw")
        self.rest = optimiser({**case, "optimizer": "adamw"}, [p for p in parameters if p.ndim < 2])
        self.param_groups = self.muon.param_groups + self.rest.param_groups

    def zero_grad(self):
        self.muon.zero_grad()
        self.rest.zero_grad()

    def step(self):
        exactly(self.muon.step)
        self.rest.step()


def exactly(call, *arguments):
    """Calls what would compute in bfloat16."""
    half, torch.bfloat16 = torch.bfloat16, torch.float64
    try:
        return call(*arguments)
    finally:
        torch.bfloat16 = half


def direction(matrix):
    from torch.optim._muon import _zeropower_via_newtonschulz as orthogonalised

    return exactly(orthogonalised, torch.tensor(matrix), (3.4445, -4.7750, 2.0315), 5, 1e-7).tolist()


def optimiser(case, parameters):
    if case["optimizer"] == "muon":
        return Together(case, parameters)
    common = dict(lr=0.0, weight_decay=case["weightDecay"])
    if case["optimizer"] == "sgd":
        return torch.optim.SGD(parameters, momentum=case["momentum"], **common)
    kind = torch.optim.AdamW if case["optimizer"] == "adamw" else torch.optim.Adam
    return kind(parameters, betas=(case["beta1"], case["beta2"]), eps=case["epsilon"], **common)


def run(case):
    parameters = {name: torch.tensor(value, requires_grad=True) for name, value in START.items()}
    steps = optimiser(case, list(parameters.values()))
    held = torch.nn.ParameterDict({name: torch.nn.Parameter(torch.tensor(value)) for name, value in START.items()})

    def average(mean, new, steps):
        decay = min(case["ema"], (1 + steps) / (10 + steps))
        return decay * mean + (1 - decay) * new

    averages = torch.optim.swa_utils.AveragedModel(held, avg_fn=average)
    averages.update_parameters(held)
    history = []
    for rate in RATES:
        for group in steps.param_groups:
            group["lr"] = rate
        steps.zero_grad()
        loss = sum((torch.tensor(CURVATURE[name]) * (p - torch.tensor(TARGET[name])) ** 2).sum() / 2
                   for name, p in parameters.items())
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), case["clip"] or float("inf"))
        steps.step()
        kept = {}
        if "ema" in case:
            with torch.no_grad():
                for name, p in parameters.items():
                    held[name].copy_(p)
            averages.update_parameters(held)
            kept = {"averages": {name: averages.module[name].detach().flatten().tolist() for name in parameters}}
        history.append({"loss": loss.item(), "norm": norm.item(), **kept,
                        **{name: p.detach().flatten().tolist() for name, p in parameters.items()}})
    return {**case, "steps": history}


golden = {"start": START, "target": TARGET, "curvature": CURVATURE, "rates": RATES,
          "directions": [{"of": matrix, "are": direction(matrix)} for matrix in MATRICES],
          "cases": {name: run(case) for name, case in CASES.items()}}
(HERE / "optimisers.json").write_text(json.dumps(golden, indent=1) + "\n")
