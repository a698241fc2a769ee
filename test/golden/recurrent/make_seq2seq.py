"""Writes seq2seq.json beside it: recurrent encoder-decoders with every attention, built from torch's own cells.

    pip install -r requirements.txt && python make_seq2seq.py

Float64, from weights rounded to float32 under Heed's names. Each case has a batch with padding on both sides, the logits of
real target positions, the attention weights, the loss with label smoothing, and the gradient of every weight.
"""

import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from make import encode

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

BASE = dict(cell="lstm", sourceVocabulary=13, targetVocabulary=13, layers=1, embedding=6, hidden=8, bidirectional=True,
            attention="additive", inputFeeding=False, tie="all", smoothing=0.1)
CONFIGS = {
    "static summary, LSTM": dict(attention="none"),
    "static summary, two GRU layers": dict(attention="none", cell="gru", layers=2, bidirectional=False, tie="none",
                                           sourceVocabulary=11),
    "additive attention, LSTM": dict(),
    "additive attention, two GRU layers": dict(cell="gru", layers=2, tie="output", sourceVocabulary=11),
    "dot attention, LSTM": dict(attention="dot"),
    "scaled dot attention, GRU": dict(attention="scaled-dot", cell="gru", bidirectional=False, smoothing=0),
    "general attention, two LSTM layers": dict(attention="general", layers=2, tie="none", sourceVocabulary=10),
    "general attention with input feeding, LSTM": dict(attention="general", inputFeeding=True),
    "dot attention with input feeding, two GRU layers": dict(attention="dot", inputFeeding=True, cell="gru", layers=2),
}


class Weights(dict):
    """Makes a random weight where one is first asked for."""

    def __init__(self, rng):
        self.rng = rng

    def __call__(self, name, *shape):
        if name not in self:
            values = (0.5 * self.rng.standard_normal(shape)).astype(np.float32)
            self[name] = torch.tensor(values, dtype=torch.float64, requires_grad=True)
        return self[name]


def run(c, w, batch):
    gates = 4 if c["cell"] == "lstm" else 3
    names = ["h", "c"] if c["cell"] == "lstm" else ["h"]
    E, H = c["embedding"], c["hidden"]
    lookup = lambda name, vocabulary, ids: w(name, vocabulary, E)[ids] * math.sqrt(E)

    def cell_weights(path, inner, hidden):
        bias = w(f"{path}.bias", gates * hidden)
        other = w(f"{path}.recurrentBias", gates * hidden) if c["cell"] == "gru" else torch.zeros(gates * hidden)
        return [w(f"{path}.input", gates * hidden, inner), w(f"{path}.recurrent", gates * hidden, hidden), bias, other]

    # Encoder: torch.nn.LSTM or GRU with these weights, on packed sequences.
    source = batch["source"]
    lengths = batch["sourceMask"].sum(1).to(torch.int64)
    size = H // 2 if c["bidirectional"] else H
    kind = torch.nn.LSTM if c["cell"] == "lstm" else torch.nn.GRU
    network = kind(E, size, c["layers"], batch_first=True, bidirectional=c["bidirectional"])
    weights = {}
    for layer in range(c["layers"]):
        parts = [("forward", ""), ("backward", "_reverse")] if c["bidirectional"] else [("cell", "")]
        for part, suffix in parts:
            inner = E if layer == 0 else H
            values = cell_weights(f"encoder.layers.{layer}.{part}", inner, size)
            for key, value in zip(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], values):
                weights[f"{key}_l{layer}{suffix}"] = value
    embed = "embed.weight" if c["tie"] == "all" else "sourceEmbed.weight"
    x = pack_padded_sequence(lookup(embed, c["sourceVocabulary"], source), lengths, batch_first=True, enforce_sorted=False)
    packed, last = torch.func.functional_call(network, weights, (x,))
    states, _ = pad_packed_sequence(packed, batch_first=True, total_length=source.shape[1])
    h = last[0] if c["cell"] == "lstm" else last
    summary = torch.cat([h[-2], h[-1]], 1) if c["bidirectional"] else h[-1]

    # Decoder, one step after the other.
    affine = lambda name, x, out, bias=True: F.linear(x, w(f"{name}.weight", out, x.shape[-1]),
                                                      w(f"{name}.bias", out) if bias else None)
    state = [[torch.tanh(affine(f"decoder.stack.bridge.{i * len(names) + k}", summary, H)) for k in range(len(names))]
             for i in range(c["layers"])]
    step = torch.lstm_cell if c["cell"] == "lstm" else torch.gru_cell
    hidden_padding = (1 - batch["sourceMask"]) * -1e9

    def advance(embedded, beside):
        below = None
        for i in range(c["layers"]):
            wi, wh, bi, bh = cell_weights(f"decoder.stack.cells.{i}", E if i == 0 else H, H)
            if i == 0 and beside is not None:
                wi = torch.cat([wi, w("decoder.stack.beside.weight", gates * H, beside.shape[1])], 1)
                inner = torch.cat([embedded, beside], 1)
            else:
                inner = embedded if i == 0 else below
            before = state[i] if c["cell"] == "lstm" else state[i][0]
            after = step(inner, before, wi, wh, bi, bh)
            state[i] = list(after) if c["cell"] == "lstm" else [after]
            below = state[i][0]
        return below

    def attend(query):
        if c["attention"] == "additive":
            energy = torch.tanh(affine("decoder.score.W", query, H)[:, None] + affine("decoder.score.U", states, H, False))
            scores = (energy @ w("decoder.score.v", 1, H)[0])
        else:
            keys = affine("decoder.score.W", states, H, False) if c["attention"] == "general" else states
            scores = torch.einsum("bd,bsd->bs", query, keys)
            if c["attention"] == "scaled-dot":
                scores = scores / math.sqrt(H)
        a = torch.softmax(scores + hidden_padding, -1)
        return torch.einsum("bs,bsd->bd", a, states), a

    def readout(s, context, y):
        return torch.tanh(affine("decoder.readout.state", s, E) + affine("decoder.readout.context", context, E, False)
                          + affine("decoder.readout.token", y, E, False))

    outputs, attention = [], []
    fed = torch.zeros(source.shape[0], E)
    for t in range(batch["target"].shape[1]):
        y = lookup("embed.weight", c["targetVocabulary"], batch["target"][:, t])
        if c["attention"] == "none":
            outputs.append(readout(advance(y, summary), summary, y))
            continue
        if c["attention"] == "additive":
            context, a = attend(state[-1][0])
            outputs.append(readout(advance(y, context), context, y))
        else:
            s = advance(y, fed if c["inputFeeding"] else None)
            context, a = attend(s)
            fed = torch.tanh(affine("decoder.combine", torch.cat([context, s], 1), E))
            outputs.append(fed)
        attention.append(a)
    hidden = torch.stack(outputs, 1)
    project = w("project", c["targetVocabulary"], E) if c["tie"] == "none" else w("embed.weight", c["targetVocabulary"], E)
    return hidden @ project.T, torch.stack(attention, 1) if attention else None


def make(name, overrides, seed):
    c = {**BASE, **overrides}
    rng = np.random.default_rng(seed)
    w = Weights(rng)
    lengths, labels_lengths = [5, 3, 4], [4, 4, 2]
    ids = lambda vocabulary, n: torch.tensor(rng.integers(1, vocabulary, (3, n)))
    batch = {
        "source": ids(c["sourceVocabulary"], 5),
        "sourceMask": torch.tensor([[float(i < n) for i in range(5)] for n in lengths]),
        "target": ids(c["targetVocabulary"], 4),
        "labels": ids(c["targetVocabulary"], 4),
        "labelWeight": torch.tensor([[float(i < n) for i in range(4)] for n in labels_lengths]),
    }
    logits, attention = run(c, w, batch)
    live = batch["labelWeight"].reshape(-1).bool()
    loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1])[live], batch["labels"].reshape(-1)[live],
                           label_smoothing=c["smoothing"], reduction="sum")
    loss.backward()
    plain = lambda t: {"shape": list(t.shape), "data": t.reshape(-1).tolist()}
    return {
        "name": name,
        "config": {key: value for key, value in c.items() if key != "smoothing"},
        "smoothing": c["smoothing"],
        "batch": {key: plain(value) for key, value in batch.items()},
        "weights": {key: encode(value) for key, value in w.items()},
        "logits": encode(logits),
        **({} if attention is None else {"attention": encode(attention)}),
        "loss": loss.item(),
        "gradients": {key: encode(value.grad) for key, value in w.items()},
    }


cases = [make(name, overrides, seed) for seed, (name, overrides) in enumerate(CONFIGS.items())]
(HERE / "seq2seq.json").write_text(json.dumps(cases, indent=1) + "\n")
print(f"torch {torch.__version__}, numpy {np.__version__}: {len(cases)} cases")
