"""Writes the golden files beside it: every tap of small models in PyTorch, gradients of taps, and runs with edited taps.

    pip install -r requirements.txt && python make.py

Float64, from weights rounded to float32 under Heed's names. `Hooks.tap` is the hook: it sees each value by name, may edit it,
and what it returns goes on. The layers are held to PyTorch's own: nn.MultiheadAttention, nn.LayerNorm, lstm_cell, gru_cell.
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

BOS = 2
SOURCE, TARGET = [5, 9, 12, 7, 3], [8, 4, 13, 3]


def encode(array):
    array = np.asarray(array.detach() if torch.is_tensor(array) else array, dtype="<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


class Weights(dict):
    """Makes a random weight where one is first asked for."""

    def __init__(self, seed):
        super().__init__()
        self.rng = np.random.default_rng(seed)

    def __call__(self, name, *shape, around=0.0, scale=None):
        if name not in self:
            scale = shape[-1] ** -0.5 if scale is None else scale
            values = around + scale * self.rng.standard_normal(shape)
            self[name] = torch.tensor(values.astype(np.float32), dtype=torch.float64)
        return self[name]


class Hooks:
    """Sees every tap; `edits` are interventions, applied by indexing. A recurrence shows a tap once for each step."""

    def __init__(self, edits=()):
        self.taps, self.edits = {}, edits

    def tap(self, path, value):
        step = len(self.taps.get(path, []))
        for one in self.edits:
            if one["at"] == path:
                value = edited(value, one, path, step)
        if value.is_floating_point():
            value = value + torch.zeros((), requires_grad=True)
            value.retain_grad()
        self.taps.setdefault(path, []).append(value)
        return value


def edited(x, one, path, step):
    """The value with `x * scale + to` in a part of it."""
    at, row = [slice(None)] * x.dim(), one.get("row")
    if "head" in one:
        at[1] = slice(one["head"], one["head"] + 1)
    if "column" in one:
        at[-1] = slice(one["column"], one["column"] + 1)
    if row is not None:
        # [batch, heads, rows, ...], [batch, rows, ...] or [rows, ...]
        axis = 1 if path.endswith("energies") else {4: 2, 3: 1, 2: 0}[x.dim()]
        is_step = path.startswith(("encoder.layers", "decoder.stack", "decoder.cross.weights", "decoder.score"))
        if is_step and x.shape[axis] == 1:
            if step != (len(SOURCE) - 1 - row if ".backward." in path else row):
                return x
        else:
            at[axis] = slice(row, row + 1)
    to = torch.tensor(one.get("to", 0.0), dtype=torch.float64)
    part, scale = x[tuple(at)], one.get("scale", 0.0 if "to" in one else 1.0)
    new = x.clone()
    new[tuple(at)] = part * scale + (to.reshape(part.shape) if to.dim() and to.numel() == part.numel() else to)
    if one.get("diagonal"):
        new = torch.where(torch.eye(x.shape[-2], x.shape[-1]).bool(), new, x)
    return new / new.sum(-1, keepdim=True) if one.get("renormalise") else new


# A Transformer -----------------------------------------------------------------------------------------------------------

SIZES = dict(sourceVocabulary=16, targetVocabulary=16, encoderLayers=2, decoderLayers=2, dModel=8, heads=2, feedForward=12,
             positions="sinusoidal", tie="all", maxLength=10)


def sines(length, d):
    table = torch.zeros(length, d)
    for p in range(length):
        for i in range(0, d, 2):
            table[p, i], table[p, i + 1] = math.sin(p / 10000 ** (i / d)), math.cos(p / 10000 ** (i / d))
    return table


def affine(w, name, x, out):
    return F.linear(x, w(f"{name}.weight", out, x.shape[-1]), w(f"{name}.bias", out, scale=0.1))


def transformer(c, w, hooks):
    d, heads, tap = c["dModel"], c["heads"], hooks.tap

    def first(at, ids):
        tap(f"{at}.ids", ids)
        x = tap(f"{at}.embedding", w("embed.weight", c["targetVocabulary"], d)[ids] * math.sqrt(d))
        return tap(f"{at}.states", tap(f"{at}.sum", x + tap(f"{at}.positions", sines(ids.shape[1], d))))

    def norm(at, x):
        mean = tap(f"{at}.mean", x.mean(-1, keepdim=True))
        deviation = tap(f"{at}.deviation", (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt())
        gain, bias = w(f"{at}.gain", d, around=1, scale=0.1), w(f"{at}.bias", d, scale=0.1)
        y = (x - mean) / deviation * gain + bias
        if not hooks.edits:
            torch.testing.assert_close(y, F.layer_norm(x, [d], gain, bias, 1e-5))
        return tap(f"{at}.normed", y)

    def attention(at, x, states, bias):
        split = lambda part, y: affine(w, f"{at}.{part}", y, d).unflatten(-1, (heads, -1)).transpose(1, 2)
        q, k, v = (tap(f"{at}.{name}", split(part, y)) for name, part, y in
                   [("queries", "query", x), ("keys", "key", states), ("values", "value", states)])
        unmasked = tap(f"{at}.unmasked", tap(f"{at}.products", q @ k.transpose(-1, -2)) / math.sqrt(d / heads))
        weights = tap(f"{at}.weights", tap(f"{at}.scores", unmasked + bias).softmax(-1))
        tap(f"{at}.weighted", weights[..., None] * v[:, :, None])
        mixed = tap(f"{at}.heads", weights @ v)
        y = affine(w, f"{at}.output", mixed.transpose(1, 2).flatten(2), d)
        if not hooks.edits:
            parts = ("query", "key", "value")
            theirs, shares = F.multi_head_attention_forward(
                x.transpose(0, 1), states.transpose(0, 1), states.transpose(0, 1), d, heads,
                torch.cat([w[f"{at}.{p}.weight"] for p in parts]), torch.cat([w[f"{at}.{p}.bias"] for p in parts]),
                None, None, False, 0, w[f"{at}.output.weight"], w[f"{at}.output.bias"],
                attn_mask=bias.expand(1, 1, x.shape[1], states.shape[1])[0, 0], average_attn_weights=False)
            torch.testing.assert_close(y, theirs.transpose(0, 1))
            torch.testing.assert_close(weights, shares)
        return tap(f"{at}.output", y)

    def feed_forward(at, x):
        return tap(f"{at}.output", affine(w, f"{at}.outer", tap(f"{at}.activated", F.relu(
            tap(f"{at}.inner", affine(w, f"{at}.inner", x, c["feedForward"])))), d))

    def residual(at, x, sublayer):
        y = sublayer(norm(f"{at}.norm", x) if c["norm"] == "pre" else x)
        total = tap(f"{at}.sum", tap(f"{at}.skipped", x) + tap(f"{at}.sublayer", y))
        return total if c["norm"] == "pre" else norm(f"{at}.norm", total)

    source, target = torch.tensor([SOURCE]), torch.tensor([[BOS, *TARGET[:-1]]])
    all_seen = torch.zeros(1, 1, 1, source.shape[1])
    causal = torch.full((1, 1, target.shape[1], target.shape[1]), -1e9).triu(1)
    last = lambda name, x: norm(name, x) if c["norm"] == "pre" else x
    h = first("encoder.input", source)
    for i in range(c["encoderLayers"]):
        at = f"encoder.{i}"
        h = residual(f"{at}.attentionResidual", h, lambda x: attention(f"{at}.attention", x, x, all_seen))
        h = tap(f"{at}.states", residual(f"{at}.feedForwardResidual", h, lambda x: feed_forward(f"{at}.feedForward", x)))
    memory = tap("encoder.output", last("encoderNorm", h))
    h = first("decoder.input", target)
    for i in range(c["decoderLayers"]):
        at = f"decoder.{i}"
        h = residual(f"{at}.attentionResidual", h, lambda x: attention(f"{at}.attention", x, x, causal))
        h = residual(f"{at}.crossResidual", h, lambda x: attention(f"{at}.cross", x, memory, all_seen))
        h = tap(f"{at}.states", residual(f"{at}.feedForwardResidual", h, lambda x: feed_forward(f"{at}.feedForward", x)))
    return tap("decoder.output", last("decoderNorm", h)) @ w["embed.weight"].T


# A recurrent encoder-decoder ---------------------------------------------------------------------------------------------

RECURRENT = dict(sourceVocabulary=16, targetVocabulary=16, layers=1, embedding=6, hidden=8, tie="all", inputFeeding=False)


def recurrent(c, w, hooks):
    E, H, tap = c["embedding"], c["hidden"], hooks.tap
    gates = {"lstm": 4, "gru": 3}[c["cell"]]

    def cell(at, x, state, hidden, beside=None):
        """One step; `beside` is a second input with a matrix of its own."""
        xs = x @ w(f"{at}.input", gates * hidden, x.shape[-1]).T + w(f"{at}.bias", gates * hidden, scale=0.3)
        if beside is not None:
            xs = xs + beside @ w("decoder.stack.beside.weight", gates * hidden, H).T
        wh, eye, zero = w(f"{at}.recurrent", gates * hidden, hidden), torch.eye(gates * hidden), torch.zeros(gates * hidden)
        named = lambda name, y: tap(f"{at}.{name}", y[:, None])[:, 0]
        if c["cell"] == "lstm":
            i, f, g, o = (xs + state[0] @ wh.T).chunk(4, -1)
            writes, keeps = named("inputGate", i.sigmoid()), named("forgetGate", f.sigmoid())
            kept = named("cell", keeps * state[1] + writes * named("candidate", g.tanh()))
            h = named("hidden", named("outputGate", o.sigmoid()) * kept.tanh())
            if not hooks.edits:
                torch.testing.assert_close((h, kept), tuple(torch.lstm_cell(xs, state, eye, wh, zero, zero)))
            return [h, kept]
        other = w(f"{at}.recurrentBias", gates * hidden, scale=0.3)
        (xr, xz, xn), (hr, hz, hn) = xs.chunk(3, -1), (state[0] @ wh.T + other).chunk(3, -1)
        n = named("candidate", (xn + named("resetGate", (xr + hr).sigmoid()) * hn).tanh())
        z = named("updateGate", (xz + hz).sigmoid())
        h = named("hidden", (1 - z) * n + z * state[0])
        if not hooks.edits:
            torch.testing.assert_close(h, torch.gru_cell(xs, state[0], eye, wh, zero, other))
        return [h]

    lookup = lambda ids: w("embed.weight", 16, E)[ids] * math.sqrt(E)
    source, target = torch.tensor([SOURCE]), torch.tensor([[BOS, *TARGET[:-1]]])
    tap("encoder.input.ids", source)
    tap("decoder.input.ids", target)
    x = tap("encoder.input.embedding", lookup(source))
    parts = [("forward", 1), ("backward", -1)] if c["bidirectional"] else [("cell", 1)]
    size, n, sides, last = H // len(parts), source.shape[1], [], []
    carried = 2 if c["cell"] == "lstm" else 1
    for part, way in parts:
        at, state, states = f"encoder.layers.0.{part}", [torch.zeros(1, size)] * carried, {}
        for t in range(n)[::way]:
            state = cell(at, x[:, t], state, size)
            states[t] = state[0]
        if way < 0:  # taps are in the order of the text
            for name in [key for key in hooks.taps if key.startswith(f"{at}.")]:
                hooks.taps[name].reverse()
        sides.append(torch.stack([states[t] for t in range(n)], 1))
        last.append(state[0])
    states = tap("encoder.outputs", tap("encoder.layers.0.states", torch.cat(sides, -1)))
    summary = torch.cat(last, -1)
    state = [torch.tanh(affine(w, f"decoder.stack.bridge.{k}", summary, H)) for k in range(carried)]
    y = tap("decoder.input.embedding", lookup(target))
    bias = torch.zeros(1, 1, 1, n)

    def attend(query):
        if c["attention"] == "additive":
            energies = tap("decoder.score.energies", torch.tanh(
                affine(w, "decoder.score.W", query, H)[:, None] + states @ w("decoder.score.U.weight", H, H).T)[:, None])
            unmasked = (energies @ w("decoder.score.v", 1, H)[0])[:, None]
        else:
            unmasked = tap("decoder.score.products", (query[:, None] @ states.transpose(1, 2))[:, None]) / math.sqrt(H)
        weights = tap("decoder.cross.weights", tap(
            "decoder.cross.scores", tap("decoder.cross.unmasked", unmasked) + bias).softmax(-1))
        return tap("decoder.cross.heads", weights @ states[:, None])[:, 0, 0]

    def readout(s, context, token):
        part = lambda name, x, bias: F.linear(x, w(f"decoder.readout.{name}.weight", E, x.shape[-1]),
                                              w(f"decoder.readout.{name}.bias", E, scale=0.1) if bias else None)
        return torch.tanh(part("state", s, True) + part("context", context, False) + part("token", token, False))

    outputs = []
    for t in range(target.shape[1]):
        at = "decoder.stack.cells.0"
        if c["attention"] == "additive":  # asks before the step, with the state of the step before
            context = attend(state[0])
            state = cell(at, y[:, t], state, H, beside=context)
            outputs.append(readout(state[0], context, y[:, t]))
        else:
            state = cell(at, y[:, t], state, H)
            context = attend(state[0])
            outputs.append(torch.tanh(affine(w, "decoder.combine", torch.cat([context, state[0]], 1), E)))
    return tap("decoder.states", torch.stack(outputs, 1)) @ w["embed.weight"].T


# Golden files ------------------------------------------------------------------------------------------------------------

TRANSFORMER_EDITS = [
    dict(at="encoder.1.attention.heads", head=1, to=0),
    dict(at="decoder.1.cross.weights", head=0, row=2, to=[0, 0, 1, 0, 0]),
    dict(at="decoder.0.attention.weights", head=1, row=3, column=1, to=0.7, renormalise=True),
    dict(at="decoder.0.feedForwardResidual.sublayer", row=1, scale=-0.5),
    dict(at="encoder.0.attention.values", head=0, row=4, to=0),
    dict(at="encoder.0.attentionResidual.skipped", to=0),
    dict(at="decoder.1.crossResidual.norm.deviation", to=1),
    dict(at="decoder.input.positions", row=2, to=[1, -1, 0.5, 0, 2, 0, -0.5, 0.25]),
    dict(at="encoder.0.attention.unmasked", diagonal=True, to=-1e6, scale=1),
    dict(at="decoder.0.cross.heads", head=0, to=[0.5, -0.5, 1, 2]),
    dict(at="logits", column=4, to=-5),
]
LSTM_EDITS = [
    dict(at="decoder.cross.weights", row=2, to=[0, 1, 0, 0, 0]),
    dict(at="encoder.layers.0.forward.forgetGate", to=0),
    dict(at="encoder.layers.0.backward.hidden", row=1, scale=2),
    dict(at="decoder.stack.cells.0.cell", column=3, to=0.9),
    dict(at="decoder.score.energies", row=1, to=0),
]
GRU_EDITS = [
    dict(at="decoder.cross.weights", row=1, column=2, to=0.9, renormalise=True),
    dict(at="encoder.layers.0.cell.updateGate", row=2, to=1),
    dict(at="decoder.stack.cells.0.candidate", scale=0.5),
]
MODELS = {
    "transformer-post": (transformer, {**SIZES, "norm": "post"}, TRANSFORMER_EDITS),
    "transformer-pre": (transformer, {**SIZES, "norm": "pre"}, TRANSFORMER_EDITS),
    "lstm-additive": (recurrent, {**RECURRENT, "cell": "lstm", "bidirectional": True, "attention": "additive"}, LSTM_EDITS),
    "gru-scaled-dot": (recurrent, {**RECURRENT, "cell": "gru", "bidirectional": False, "attention": "scaled-dot"}, GRU_EDITS),
}
PLACE, AGAINST = 2, 6  # the output: ln p of the expected token at one place, less that of another token


def run(forward, c, w, edits=()):
    hooks = Hooks(edits)
    logits = hooks.tap("logits", forward(c, w, hooks))
    hooks.tap("probabilities", logits.softmax(-1))
    log_p = logits.log_softmax(-1)[0]
    return hooks, log_p, log_p.gather(1, torch.tensor(TARGET)[:, None])[:, 0]


def joined(path, values):
    """The steps of a recurrence on one axis."""
    axis = 1 if values[0].dim() == 3 or path.endswith("energies") else 2
    return values[0] if len(values) == 1 else torch.cat(values, axis)


def make(forward, c, edits, seed):
    w = Weights(seed)
    hooks, log_p, said = run(forward, c, w)
    output = log_p[PLACE, TARGET[PLACE]] - log_p[PLACE, AGAINST]
    output.backward()
    gradients = {}
    for path, values in hooks.taps.items():
        if values[0].is_floating_point() and path.rsplit(".")[-1] not in ("weighted", "probabilities"):
            grads = [v.grad if v.grad is not None else torch.zeros_like(v) for v in values]
            gradients[path] = encode(joined(path, grads))
    last = "decoder.output" if forward is transformer else "decoder.states"
    interventions = []
    for one in edits:
        changed, _, now = run(forward, c, w, [one])
        interventions.append({"intervention": one, "last": encode(joined(last, changed.taps[last])),
                              "logProbabilities": encode(now), "delta": (now - said).sum().item()})
    return {
        "config": c, "source": SOURCE, "target": TARGET, "place": PLACE, "against": AGAINST,
        "weights": {key: encode(value) for key, value in w.items()},
        "taps": {path: encode(joined(path, values)) for path, values in hooks.taps.items()},
        "logProbabilities": encode(said), "output": output.item(), "gradients": gradients,
        "last": last, "interventions": interventions,
    }


for seed, (name, (forward, c, edits)) in enumerate(MODELS.items()):
    golden = make(forward, c, edits, seed)
    (HERE / f"{name}.json").write_text(json.dumps(golden) + "\n")
    print(f"torch {torch.__version__}: {name}, {len(golden['taps'])} taps, {len(golden['interventions'])} interventions")
