"""Writes layers.json beside it: torch.nn.LSTM and torch.nn.GRU, float64, from weights rounded to float32.

    pip install -r requirements.txt && python make.py

Each configuration has weights under Heed's names, a batch of sequences of unequal lengths (packed, so that padding is
never seen), outputs, last states, and the gradients of a random projection of both.
"""

import base64
import json
import pathlib

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HERE = pathlib.Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

CONFIGS = {
    "one LSTM layer": dict(cell="lstm", inner=5, hidden=4, layers=1, bidirectional=False, lengths=[6, 6, 6]),
    "one GRU layer": dict(cell="gru", inner=5, hidden=4, layers=1, bidirectional=False, lengths=[6, 6, 6]),
    "one LSTM layer with padding": dict(cell="lstm", inner=5, hidden=4, layers=1, bidirectional=False, lengths=[6, 3, 1]),
    "two LSTM layers in both directions with padding": dict(cell="lstm", inner=3, hidden=4, layers=2, bidirectional=True,
                                                            lengths=[7, 5, 2, 1]),
    "three GRU layers with padding": dict(cell="gru", inner=6, hidden=5, layers=3, bidirectional=False, lengths=[8, 4]),
    "two GRU layers in both directions with padding": dict(cell="gru", inner=3, hidden=4, layers=2, bidirectional=True,
                                                           lengths=[5, 5, 3]),
}


def encode(array):
    array = np.asarray(array.detach() if torch.is_tensor(array) else array, dtype="<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def heed(tensors, c):
    """PyTorch's names to Heed's. Heed's LSTM has one bias where PyTorch adds two; both get the same gradient."""
    named = {}
    for layer in range(c["layers"]):
        for suffix, part in [("", "forward"), ("_reverse", "backward")][: 2 if c["bidirectional"] else 1]:
            path = f"layers.{layer}.{part if c['bidirectional'] else 'cell'}"
            get = lambda kind: tensors[f"{kind}_l{layer}{suffix}"]
            named[f"{path}.input"] = get("weight_ih")
            named[f"{path}.recurrent"] = get("weight_hh")
            named[f"{path}.bias"] = get("bias_ih")
            if c["cell"] == "gru":
                named[f"{path}.recurrentBias"] = get("bias_hh")
    return named


def make(name, c, seed):
    rng = np.random.default_rng(seed)
    number = lambda *shape: torch.tensor(rng.standard_normal(shape).astype(np.float32), dtype=torch.float64)
    network = (torch.nn.LSTM if c["cell"] == "lstm" else torch.nn.GRU)(
        c["inner"], c["hidden"], c["layers"], batch_first=True, bidirectional=c["bidirectional"])
    with torch.no_grad():
        for key, weight in network.named_parameters():
            # One bias of the LSTM is enough: the other is zero.
            weight.copy_(0 * weight if c["cell"] == "lstm" and "bias_hh" in key else 0.5 * number(*weight.shape))
    batch, time = len(c["lengths"]), max(c["lengths"])
    x = number(batch, time, c["inner"]).requires_grad_()
    packed, last = network(pack_padded_sequence(x, c["lengths"], batch_first=True))
    outputs, _ = pad_packed_sequence(packed, batch_first=True)
    mask = torch.tensor([[float(t < length) for t in range(time)] for length in c["lengths"]])
    states = {"h": last[0], "c": last[1]} if c["cell"] == "lstm" else {"h": last}
    projection = {"outputs": number(*outputs.shape) * mask[:, :, None]}
    projection.update({key: number(*state.shape) for key, state in states.items()})
    loss = (outputs * projection["outputs"]).sum()
    for key, state in states.items():
        loss = loss + (state * projection[key]).sum()
    loss.backward()
    return {
        "name": name,
        "config": {key: value for key, value in c.items() if key != "lengths"},
        "x": encode(x),
        "mask": encode(mask),
        "weights": {key: encode(value) for key, value in heed(dict(network.named_parameters()), c).items()},
        "projection": {key: encode(value) for key, value in projection.items()},
        "outputs": encode(outputs),
        "states": {key: encode(value) for key, value in states.items()},
        "gradients": {"x": encode(x.grad), **{
            key: encode(value) for key, value in
            heed({name: weight.grad for name, weight in network.named_parameters()}, c).items()}},
    }


if __name__ == "__main__":
    cases = [make(name, c, seed) for seed, (name, c) in enumerate(CONFIGS.items())]
    (HERE / "layers.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"torch {torch.__version__}, numpy {np.__version__}: {len(cases)} cases")
