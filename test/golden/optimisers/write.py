"""Writes optimisers.json beside it: ten steps of PyTorch's optimisers, in float64, on a small quadratic.

    pip install -r requirements.txt && python write.py

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
    "sgd with momentum and decay, clipped": dict(SGD, weightDecay=0.1, clip=4.0),
}


def optimiser(case, parameters):
    common = dict(lr=0.0, weight_decay=case["weightDecay"])
    if case["optimizer"] == "sgd":
        return torch.optim.SGD(parameters, momentum=case["momentum"], **common)
    kind = torch.optim.AdamW if case["optimizer"] == "adamw" else torch.optim.Adam
    return kind(parameters, betas=(case["beta1"], case["beta2"]), eps=case["epsilon"], **common)


def run(case):
    parameters = {name: torch.tensor(value, requires_grad=True) for name, value in START.items()}
    steps = optimiser(case, list(parameters.values()))
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
        history.append({"loss": loss.item(), "norm": norm.item(),
                        **{name: p.detach().flatten().tolist() for name, p in parameters.items()}})
    return {**case, "steps": history}


golden = {"start": START, "target": TARGET, "curvature": CURVATURE, "rates": RATES,
          "cases": {name: run(case) for name, case in CASES.items()}}
(HERE / "optimisers.json").write_text(json.dumps(golden, indent=1) + "\n")
