"""Writes models.json beside it: language models in PyTorch, float64, from weights rounded to float32 under Heed's names.

    pip install -r requirements.txt && python make.py

The Transformers are torch.nn.TransformerEncoderLayers with a causal mask, the recurrent ones torch.nn.LSTM and GRU. Each case has
a batch, logits, the loss of the labels that count (with label smoothing), and the gradient of every weight.
"""

import base64
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

BLOCK = dict(vocabulary=13, layers=2, dModel=8, heads=2, feedForward=12, maxLength=9)
CASES = {
    "a Transformer, post-norm, waves, tied": dict(BLOCK, norm="post", positions="sinusoidal", activation="relu", tie=True),
    "a Transformer, pre-norm, learned positions, GELU": dict(BLOCK, norm="pre", positions="learned", activation="gelu",
                                                             tie=False, smoothing=0.1),
    "two LSTM layers, tied": dict(cell="lstm", vocabulary=13, layers=2, embedding=6, hidden=7, tie=True, smoothing=0.2),
    "a GRU layer": dict(cell="gru", vocabulary=13, layers=1, embedding=6, hidden=7, tie=False),
}


def encode(array):
    array = np.asarray(array.detach() if torch.is_tensor(array) else array, dtype="<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


class Weights(dict):
    """Makes a random weight where one is first asked for."""

    def __init__(self, rng):
        self.rng = rng

    def __call__(self, name, *shape, around=0.0):
        if name not in self:
            values = (around + 0.4 * self.rng.standard_normal(shape)).astype(np.float32)
            self[name] = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        return self[name]


def transformer(c, w, tokens):
    d, time = c["dModel"], tokens.shape[1]
    x = w("embed.weight", c["vocabulary"], d)[tokens] * math.sqrt(d)
    if c["positions"] == "learned":
        x = x + w("positions.weight", c["maxLength"], d)[:time]
    else:
        angle = torch.arange(time)[:, None] / 10000 ** (torch.arange(0, d, 2) / d)
        x = x + torch.stack([angle.sin(), angle.cos()], -1).reshape(time, d)
    causal = torch.nn.Transformer.generate_square_subsequent_mask(time, dtype=torch.float64)
    layer = torch.nn.TransformerEncoderLayer(d, c["heads"], c["feedForward"], 0.0, c["activation"], batch_first=True,
                                             norm_first=c["norm"] == "pre")
    for i in range(c["layers"]):
        at = f"layers.{i}"
        part = lambda kind, *shape: torch.cat([w(f"{at}.attention.{p}.{kind}", *shape) for p in ["query", "key", "value"]])
        x = torch.func.functional_call(layer, {
            "self_attn.in_proj_weight": part("weight", d, d), "self_attn.in_proj_bias": part("bias", d),
            "self_attn.out_proj.weight": w(f"{at}.attention.output.weight", d, d),
            "self_attn.out_proj.bias": w(f"{at}.attention.output.bias", d),
            "linear1.weight": w(f"{at}.feedForward.inner.weight", c["feedForward"], d),
            "linear1.bias": w(f"{at}.feedForward.inner.bias", c["feedForward"]),
            "linear2.weight": w(f"{at}.feedForward.outer.weight", d, c["feedForward"]),
            "linear2.bias": w(f"{at}.feedForward.outer.bias", d),
            "norm1.weight": w(f"{at}.attentionResidual.norm.gain", d, around=1.0),
            "norm1.bias": w(f"{at}.attentionResidual.norm.bias", d),
            "norm2.weight": w(f"{at}.feedForwardResidual.norm.gain", d, around=1.0),
            "norm2.bias": w(f"{at}.feedForwardResidual.norm.bias", d),
        }, (x,), {"src_mask": causal})
    return F.layer_norm(x, [d], w("norm.gain", d, around=1.0), w("norm.bias", d)) if c["norm"] == "pre" else x


def recurrent(c, w, tokens):
    E, H = c["embedding"], c["hidden"]
    gates = 4 if c["cell"] == "lstm" else 3
    x = w("embed.weight", c["vocabulary"], E)[tokens] * math.sqrt(E)
    network = (torch.nn.LSTM if c["cell"] == "lstm" else torch.nn.GRU)(E, H, c["layers"], batch_first=True)
    weights = {}
    for i in range(c["layers"]):
        at = f"network.layers.{i}.cell"
        weights[f"weight_ih_l{i}"] = w(f"{at}.input", gates * H, E if i == 0 else H)
        weights[f"weight_hh_l{i}"] = w(f"{at}.recurrent", gates * H, H)
        weights[f"bias_ih_l{i}"] = w(f"{at}.bias", gates * H)
        gru = c["cell"] == "gru"
        weights[f"bias_hh_l{i}"] = w(f"{at}.recurrentBias", gates * H) if gru else torch.zeros(gates * H)
    outputs, _ = torch.func.functional_call(network, weights, (x,))
    return F.linear(outputs, w("output.weight", E, H), w("output.bias", E))


def make(name, c, seed):
    rng = np.random.default_rng(seed)
    w = Weights(rng)
    ids = lambda: torch.tensor(rng.integers(0, c["vocabulary"], (3, 6)))
    text, labels = ids(), ids()
    weight = torch.tensor([[1.0] * 6, [1.0] * 4 + [0.0] * 2, [1.0] * 6])
    hidden = (recurrent if "cell" in c else transformer)(c, w, text)
    dim = hidden.shape[-1]
    logits = hidden @ w("embed.weight" if c["tie"] else "project", c["vocabulary"], dim).T
    live = weight.reshape(-1).bool()
    smoothing = c.get("smoothing", 0.0)
    loss = F.cross_entropy(logits.reshape(-1, c["vocabulary"])[live], labels.reshape(-1)[live], reduction="sum",
                           label_smoothing=smoothing)
    loss.backward()
    plain = lambda t: {"shape": list(t.shape), "data": t.reshape(-1).tolist()}
    return {
        "name": name,
        "config": {key: value for key, value in c.items() if key != "smoothing"},
        "smoothing": smoothing,
        "batch": {"text": plain(text), "labels": plain(labels), "labelWeight": plain(weight)},
        "weights": {key: encode(value) for key, value in w.items()},
        "logits": encode(logits),
        "loss": loss.item(),
        "gradients": {key: encode(value.grad) for key, value in w.items()},
    }


cases = [make(name, c, seed) for seed, (name, c) in enumerate(CASES.items())]
(HERE / "models.json").write_text(json.dumps(cases, indent=1) + "\n")
print(f"torch {torch.__version__}, numpy {np.__version__}: {len(cases)} cases")
