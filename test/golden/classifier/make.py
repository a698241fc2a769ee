"""Writes classifier.json beside it: Transformer classifiers in PyTorch, float64, from weights rounded to float32.

    pip install -r requirements.txt && python make.py

The layers are PyTorch's own nn.TransformerEncoderLayer. Each case has a batch with padding, weights under Heed's names,
logits, both losses, and the gradient of every weight.
"""

import base64
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

BASE = dict(vocabulary=15, labels=3, layers=2, dModel=8, heads=2, feedForward=12, dropout=0, maxLength=7)
CONFIGS = {
    "post-norm, sinusoidal": dict(norm="post", activation="relu", positions="sinusoidal", smoothing=0.0),
    "pre-norm, learned positions, smoothed": dict(norm="pre", activation="gelu", positions="learned", smoothing=0.1),
}
LENGTHS = [7, 3, 1]


def encode(array):
    array = np.asarray(array.detach(), dtype="<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def make_weights(c, rng):
    """Random weights under Heed's names; gains and biases are not left at 1 and 0."""
    w = {}
    d, ff = c["dModel"], c["feedForward"]

    def put(name, *shape, scale=None, around=0.0):
        scale = scale if scale is not None else shape[-1] ** -0.5
        values = (around + scale * rng.standard_normal(shape)).astype(np.float32)
        w[name] = torch.tensor(values, dtype=torch.float64, requires_grad=True)

    def linear(name, out, inner):
        put(f"{name}.weight", out, inner)
        put(f"{name}.bias", out, scale=0.1)

    def norm(name):
        put(f"{name}.gain", d, scale=0.1, around=1.0)
        put(f"{name}.bias", d, scale=0.1)

    put("embed.weight", c["vocabulary"], d)
    if c["positions"] == "learned":
        put("positions.weight", c["maxLength"], d, scale=0.3)
    for i in range(c["layers"]):
        for part in ("query", "key", "value", "output"):
            linear(f"encoder.{i}.attention.{part}", d, d)
        norm(f"encoder.{i}.attentionResidual.norm")
        linear(f"encoder.{i}.feedForward.inner", ff, d)
        linear(f"encoder.{i}.feedForward.outer", d, ff)
        norm(f"encoder.{i}.feedForwardResidual.norm")
    if c["norm"] == "pre":
        norm("norm")
    put("project", c["labels"], d)
    return w


def sines(length, d):
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, d, 2) / d)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)


def encoder_layer(c, w, at, x, mask):
    parts = ("query", "key", "value")
    state = {
        "self_attn.in_proj_weight": torch.cat([w[f"{at}.attention.{p}.weight"] for p in parts]),
        "self_attn.in_proj_bias": torch.cat([w[f"{at}.attention.{p}.bias"] for p in parts]),
    }
    for p in ("weight", "bias"):
        state[f"self_attn.out_proj.{p}"] = w[f"{at}.attention.output.{p}"]
        state[f"linear1.{p}"] = w[f"{at}.feedForward.inner.{p}"]
        state[f"linear2.{p}"] = w[f"{at}.feedForward.outer.{p}"]
    for i, residual in enumerate(("attentionResidual", "feedForwardResidual"), 1):
        state[f"norm{i}.weight"] = w[f"{at}.{residual}.norm.gain"]
        state[f"norm{i}.bias"] = w[f"{at}.{residual}.norm.bias"]
    layer = nn.TransformerEncoderLayer(c["dModel"], c["heads"], c["feedForward"], dropout=0.0, batch_first=True,
                                       activation=c["activation"], norm_first=c["norm"] == "pre").train()
    return torch.func.functional_call(layer, state, (x,), {"src_key_padding_mask": ~mask}, strict=True)


def forward(c, w, text, mask):
    table = w["positions.weight"] if c["positions"] == "learned" else sines(c["maxLength"], c["dModel"])
    x = w["embed.weight"][text] * math.sqrt(c["dModel"]) + table[: text.shape[1]]
    for i in range(c["layers"]):
        x = encoder_layer(c, w, f"encoder.{i}", x, mask)
    if c["norm"] == "pre":
        x = F.layer_norm(x, x.shape[-1:], w["norm.gain"], w["norm.bias"])
    means = torch.stack([states[seen].mean(0) for states, seen in zip(x, mask)])
    return means @ w["project"].T


def make(name, changes, seed):
    c = {**BASE, **changes}
    rng = np.random.default_rng(seed)
    w = make_weights(c, rng)
    mask = torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]
    text = torch.tensor(rng.integers(3, c["vocabulary"], mask.shape)) * mask
    label = torch.tensor(rng.integers(0, c["labels"], len(LENGTHS)))
    logits = forward(c, w, text, mask)
    loss = F.cross_entropy(logits, label, label_smoothing=c["smoothing"], reduction="sum")
    loss.backward()
    return {
        "name": name,
        "config": {k: v for k, v in c.items() if k != "smoothing"},
        "smoothing": c["smoothing"],
        "text": text.tolist(),
        "lengths": LENGTHS,
        "label": label.tolist(),
        "weights": {k: encode(v) for k, v in w.items()},
        "logits": encode(logits),
        "loss": loss.item(),
        "negativeLogLikelihood": F.cross_entropy(logits, label, reduction="sum").item(),
        "gradients": {k: encode(v.grad) for k, v in w.items()},
    }


if __name__ == "__main__":
    cases = [make(name, changes, seed) for seed, (name, changes) in enumerate(CONFIGS.items())]
    (HERE / "classifier.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"torch {torch.__version__}, numpy {np.__version__}: {len(cases)} cases")
