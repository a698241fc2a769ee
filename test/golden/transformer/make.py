"""Writes the golden files beside it: Transformers in PyTorch, float64, from weights rounded to float32.

    pip install -r requirements.txt && python make.py

Each file has a configuration, a batch, weights, logits, loss, the gradient of every weight, and the losses of ten AdamW
steps. Where sizes allow, the layers are PyTorch's own nn.TransformerEncoderLayer and nn.TransformerDecoderLayer; keys and
values of free size, and what those layers do not have, use the explicit products below, which are first held to PyTorch's
layers; rotary positions are those of transformers' LLaMA, grouped queries those of PyTorch's scaled_dot_product_attention.
"""

import base64
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

BASE = dict(sourceVocabulary=24, targetVocabulary=24, encoderLayers=2, decoderLayers=2, dModel=16, heads=2,
            feedForward=24, dropout=0, activation="relu", positions="sinusoidal", norm="post", tie="all", maxLength=10)
CONFIGS = {
    "base": dict(),
    "gelu-output-tied": dict(activation="gelu", tie="output", sourceVocabulary=20, targetVocabulary=26, smoothing=0.1),
    "pre-untied": dict(norm="pre", tie="none", sourceVocabulary=22, targetVocabulary=20, smoothing=0.1),
    "pre-gelu-learned": dict(norm="pre", activation="gelu", positions="learned", smoothing=0.2),
    "learned-untied-deep-encoder": dict(positions="learned", tie="none", encoderLayers=3, decoderLayers=1, smoothing=0.1),
    "pre-deep-decoder": dict(norm="pre", tie="output", positions="learned", encoderLayers=1, decoderLayers=2, heads=4),
    "small-keys": dict(dKey=3, dValue=5, smoothing=0.1),
    "pre-gelu-wide-keys": dict(norm="pre", activation="gelu", tie="none", dKey=10, dValue=4, heads=3, encoderLayers=1,
                               smoothing=0.1),
    "one-head-no-padding": dict(heads=1, dModel=20, feedForward=16, encoderLayers=1, decoderLayers=1, padding=False,
                                tie="output"),
    "pre-rotary": dict(norm="pre", positions="rotary", tie="none", smoothing=0.1),
    "llama-like": dict(norm="pre", normKind="rms", activation="swiglu", positions="rotary", heads=4, keyValueHeads=2,
                       qkNorm=True, smoothing=0.1),
    "post-rms-grouped": dict(normKind="rms", heads=4, keyValueHeads=1, dKey=5, dValue=3, tie="output", smoothing=0.1),
    "scale-fix": dict(norm="pre", normKind="scale", fixNorm=True, smoothing=0.1),
    "post-scale-fix-untied": dict(normKind="scale", fixNorm=True, tie="none", sourceVocabulary=22, smoothing=0.1),
    "qk-norm-relu2": dict(qkNorm=True, activation="relu2", smoothing=0.1),
}


def encode(array):
    array = np.asarray(array, dtype="<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def make_weights(c, rng):
    """Random weights under Heed's names; gains and biases are not left at 1 and 0."""
    w = {}
    d, ff, heads = c["dModel"], c["feedForward"], c["heads"]
    dk = c.get("dKey", d // heads)
    dv = c.get("dValue", dk)
    groups = c.get("keyValueHeads", heads)

    def put(name, *shape, scale=None, around=0.0):
        scale = scale if scale is not None else shape[-1] ** -0.5
        values = (around + scale * rng.standard_normal(shape)).astype(np.float32)
        w[name] = torch.tensor(values, dtype=torch.float64, requires_grad=True)

    def linear(name, out, inner):
        put(f"{name}.weight", out, inner)
        put(f"{name}.bias", out, scale=0.1)

    def norm(name):
        kind = c.get("normKind", "layer")
        if kind == "scale":
            put(f"{name}.gain", 1, scale=0.1, around=math.sqrt(d))
            return
        put(f"{name}.gain", d, scale=0.1, around=1.0)
        if kind == "layer":
            put(f"{name}.bias", d, scale=0.1)

    def attention(name):
        if c.get("qkNorm"):
            put(f"{name}.queryNorm.gain", dk, scale=0.1, around=1.0)
            put(f"{name}.keyNorm.gain", dk, scale=0.1, around=1.0)
        linear(f"{name}.query", heads * dk, d)
        linear(f"{name}.key", groups * dk, d)
        linear(f"{name}.value", groups * dv, d)
        linear(f"{name}.output", d, heads * dv)

    put("embed.weight", c["targetVocabulary"], d)
    if c["tie"] != "all":
        put("sourceEmbed.weight", c["sourceVocabulary"], d)
    if c["positions"] == "learned":
        put("positions.weight", c["maxLength"], d, scale=0.3)
    for side, layers in (("encoder", c["encoderLayers"]), ("decoder", c["decoderLayers"])):
        for i in range(layers):
            at = f"{side}.{i}"
            attention(f"{at}.attention")
            norm(f"{at}.attentionResidual.norm")
            if side == "decoder":
                attention(f"{at}.cross")
                norm(f"{at}.crossResidual.norm")
            if c["activation"] == "swiglu":
                for part, shape in (("gate", (ff, d)), ("inner", (ff, d)), ("outer", (d, ff))):
                    put(f"{at}.feedForward.{part}.weight", *shape)
            else:
                linear(f"{at}.feedForward.inner", ff, d)
                linear(f"{at}.feedForward.outer", d, ff)
            norm(f"{at}.feedForwardResidual.norm")
    if c["norm"] == "pre":
        norm("encoderNorm")
        norm("decoderNorm")
    if c["tie"] == "none":
        put("project", c["targetVocabulary"], d)
    return w


def sines(length, d):
    table = torch.zeros(length, d)
    for p in range(length):
        for i in range(0, d, 2):
            angle = p / 10000 ** (i / d)
            table[p, i] = math.sin(angle)
            if i + 1 < d:
                table[p, i + 1] = math.cos(angle)
    return table


# Layers from explicit products ------------------------------------------------------------------------------------------


def explicit_attention(c, w, name, x, states, allowed):
    """allowed [batch or 1, 1, queries, keys]"""
    heads = c["heads"]

    groups = c.get("keyValueHeads", heads)

    def project(part, y, heads):
        flat = y @ w[f"{name}.{part}.weight"].T + w[f"{name}.{part}.bias"]
        return flat.unflatten(-1, (heads, -1)).transpose(1, 2)

    q, k, v = project("query", x, heads), project("key", states, groups), project("value", states, groups)
    if c.get("qkNorm"):
        q, k = (F.rms_norm(y, y.shape[-1:], w[f"{name}.{part}Norm.gain"], 1e-6) for part, y in (("query", q), ("key", k)))
    if c["positions"] == "rotary" and x is states:
        rotary = LlamaRotaryEmbedding(LlamaConfig(hidden_size=c["dModel"], num_attention_heads=heads))
        q, k = apply_rotary_pos_emb(q, k, *rotary(q, torch.arange(x.shape[1])[None]))
    if groups == heads:
        scores = (q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
        context = scores.masked_fill(~allowed, -math.inf).softmax(-1) @ v
    else:
        context = F.scaled_dot_product_attention(q, k, v, allowed, enable_gqa=True)
    joined = context.transpose(1, 2).flatten(2)
    return joined @ w[f"{name}.output.weight"].T + w[f"{name}.output.bias"]


def explicit_norm(w, name, x):
    if f"{name}.bias" not in w:
        gain = w[f"{name}.gain"]
        if gain.shape == x.shape[-1:]:
            return F.rms_norm(x, x.shape[-1:], gain, 1e-6)
        return F.normalize(x, dim=-1) * gain
    return F.layer_norm(x, x.shape[-1:], w[f"{name}.gain"], w[f"{name}.bias"])


def explicit_layer(c, w, at, x, sublayers):
    for residual, sublayer in sublayers:
        name = f"{at}.{residual}.norm"
        if c["norm"] == "pre":
            x = x + sublayer(explicit_norm(w, name, x))
        else:
            x = explicit_norm(w, name, x + sublayer(x))
    return x


def explicit_feed_forward(c, w, at):
    act = {"relu": F.relu, "gelu": F.gelu, "relu2": lambda x: F.relu(x) ** 2}.get(c["activation"])

    def run(h):
        if act is None:
            gate, inner, outer = (w[f"{at}.feedForward.{part}.weight"].T for part in ("gate", "inner", "outer"))
            return (F.silu(h @ gate) * (h @ inner)) @ outer
        inner = act(h @ w[f"{at}.feedForward.inner.weight"].T + w[f"{at}.feedForward.inner.bias"])
        return inner @ w[f"{at}.feedForward.outer.weight"].T + w[f"{at}.feedForward.outer.bias"]

    return run


def explicit_encoder(c, w, i, x, mask):
    at = f"encoder.{i}"
    allowed = mask[:, None, None, :]
    return explicit_layer(c, w, at, x, [
        ("attentionResidual", lambda h: explicit_attention(c, w, f"{at}.attention", h, h, allowed)),
        ("feedForwardResidual", explicit_feed_forward(c, w, at)),
    ])


def explicit_decoder(c, w, i, x, states, mask):
    at = f"decoder.{i}"
    causal = torch.ones(x.shape[1], x.shape[1]).tril().bool()[None, None]
    return explicit_layer(c, w, at, x, [
        ("attentionResidual", lambda h: explicit_attention(c, w, f"{at}.attention", h, h, causal)),
        ("crossResidual", lambda h: explicit_attention(c, w, f"{at}.cross", h, states, mask[:, None, None, :])),
        ("feedForwardResidual", explicit_feed_forward(c, w, at)),
    ])


# PyTorch's own layers, called with our tensors in the place of their parameters -----------------------------------------


def torch_attention(w, name, at):
    parts = ("query", "key", "value")
    return {
        f"{name}.in_proj_weight": torch.cat([w[f"{at}.{p}.weight"] for p in parts]),
        f"{name}.in_proj_bias": torch.cat([w[f"{at}.{p}.bias"] for p in parts]),
        f"{name}.out_proj.weight": w[f"{at}.output.weight"],
        f"{name}.out_proj.bias": w[f"{at}.output.bias"],
    }


def torch_rest(w, at, norms):
    rest = {}
    for i, residual in enumerate(norms, 1):
        rest[f"norm{i}.weight"] = w[f"{at}.{residual}.norm.gain"]
        rest[f"norm{i}.bias"] = w[f"{at}.{residual}.norm.bias"]
    for theirs, ours in (("linear1", "inner"), ("linear2", "outer")):
        for p in ("weight", "bias"):
            rest[f"{theirs}.{p}"] = w[f"{at}.feedForward.{ours}.{p}"]
    return rest


def torch_layer(kind, c):
    return kind(c["dModel"], c["heads"], c["feedForward"], dropout=0.0, activation=c["activation"], batch_first=True,
                norm_first=c["norm"] == "pre").train()


def torch_encoder(c, w, i, x, mask):
    at = f"encoder.{i}"
    state = torch_attention(w, "self_attn", f"{at}.attention")
    state |= torch_rest(w, at, ("attentionResidual", "feedForwardResidual"))
    layer = torch_layer(nn.TransformerEncoderLayer, c)
    return torch.func.functional_call(layer, state, (x,), {"src_key_padding_mask": ~mask}, strict=True)


def torch_decoder(c, w, i, x, states, mask):
    at = f"decoder.{i}"
    state = torch_attention(w, "self_attn", f"{at}.attention") | torch_attention(w, "multihead_attn", f"{at}.cross")
    state |= torch_rest(w, at, ("attentionResidual", "crossResidual", "feedForwardResidual"))
    future = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
    layer = torch_layer(nn.TransformerDecoderLayer, c)
    return torch.func.functional_call(layer, state, (x, states),
                                      {"tgt_mask": future, "memory_key_padding_mask": ~mask}, strict=True)


# The model --------------------------------------------------------------------------------------------------------------


def forward(c, w, batch, encoder, decoder):
    d = c["dModel"]
    table = w["positions.weight"] if c["positions"] == "learned" else sines(c["maxLength"], d)

    def embed(weight, ids):
        added = 0 if c["positions"] == "rotary" else table[: ids.shape[1]]
        return weight[ids] * math.sqrt(d) + added

    if c.get("fixNorm"):
        tables = ("embed.weight", "sourceEmbed.weight", "project")
        w = {name: F.normalize(value, dim=-1) if name in tables else value for name, value in w.items()}
    mask = batch["sourceMask"].bool()
    x = embed(w.get("sourceEmbed.weight", w["embed.weight"]), batch["source"])
    for i in range(c["encoderLayers"]):
        x = encoder(c, w, i, x, mask)
    if c["norm"] == "pre":
        x = explicit_norm(w, "encoderNorm", x)
    y = embed(w["embed.weight"], batch["target"])
    for i in range(c["decoderLayers"]):
        y = decoder(c, w, i, y, x, mask)
    if c["norm"] == "pre":
        y = explicit_norm(w, "decoderNorm", y)
    return y @ w.get("project", w["embed.weight"]).T


def losses(c, logits, batch):
    rows, labels, weight = logits.flatten(0, 1), batch["labels"].flatten(), batch["labelWeight"].flatten()
    smoothed = F.cross_entropy(rows, labels, label_smoothing=c.get("smoothing", 0.0), reduction="none")
    plain = F.cross_entropy(rows, labels, reduction="none")
    return (smoothed * weight).sum(), (plain * weight).sum()


def make_batch(c, rng):
    n, source, target = 3, 6, 5
    ragged = c.get("padding", True)
    batch = {
        "source": torch.tensor(rng.integers(3, c["sourceVocabulary"], (n, source))),
        "target": torch.tensor(rng.integers(3, c["targetVocabulary"], (n, target))),
        "labels": torch.tensor(rng.integers(3, c["targetVocabulary"], (n, target))),
        "sourceMask": torch.ones(n, source),
        "labelWeight": torch.ones(n, target),
    }
    batch["target"][:, 0] = 1
    if ragged:
        for row, (s, t) in enumerate([(source, target - 2), (source - 3, target), (source - 1, target - 1)]):
            batch["source"][row, s:] = 0
            batch["sourceMask"][row, s:] = 0
            batch["target"][row, t:] = 0
            batch["labels"][row, t:] = 0
            batch["labelWeight"][row, t:] = 0
    return batch


ADAMW = dict(learningRate=3e-3, beta1=0.9, beta2=0.98, epsilon=1e-9, weightDecay=0.01, clip=1.0)


def train(c, w, batch, run):
    optimizer = torch.optim.AdamW(list(w.values()), lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]),
                                  eps=ADAMW["epsilon"], weight_decay=ADAMW["weightDecay"])
    tokens = batch["labelWeight"].sum()
    seen, norms = [], []
    for _ in range(10):
        optimizer.zero_grad()
        loss = losses(c, run(w), batch)[0] / tokens
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(list(w.values()), ADAMW["clip"]).item())
        optimizer.step()
        seen.append(loss.item())
    return {**ADAMW, "losses": seen, "gradientNorms": norms}


def main():
    for seed, (name, changes) in enumerate(CONFIGS.items()):
        c = {**BASE, **changes}
        rng = np.random.default_rng(seed)
        w = make_weights(c, rng)
        batch = make_batch(c, rng)
        free = c["positions"] == "rotary" or not {"dKey", "normKind", "qkNorm", "keyValueHeads"}.isdisjoint(c)
        layers = (explicit_encoder, explicit_decoder) if free else (torch_encoder, torch_decoder)

        def run(weights):
            return forward(c, weights, batch, *layers)

        logits = run(w)
        if not free:
            torch.testing.assert_close(logits, forward(c, w, batch, explicit_encoder, explicit_decoder))
        loss, nll = losses(c, logits, batch)
        loss.backward()
        golden = {
            "config": {k: v for k, v in c.items() if k not in ("smoothing", "padding")},
            "smoothing": c.get("smoothing", 0),
            "batch": {k: {"shape": list(v.shape), "data": v.flatten().tolist()} for k, v in batch.items()},
            "weights": {k: encode(v.detach()) for k, v in w.items()},
            "logits": encode(logits.detach()),
            "loss": loss.item(),
            "negativeLogLikelihood": nll.item(),
            "gradients": {k: encode(v.grad if v.grad is not None else torch.zeros_like(v)) for k, v in w.items()},
            "training": train(c, w, batch, run),
        }
        (HERE / f"{name}.json").write_text(json.dumps(golden) + "\n")
        print(name, golden["loss"], golden["training"]["losses"][-1])


main()
