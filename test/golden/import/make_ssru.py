"""Writes ssru.json: a simpler simple recurrent unit as Kim et al. (2019) write it, and its gradients, in float64.

    pip install -r requirements.txt && python make_ssru.py

    f_t = sigmoid(W_f x_t + b_f),   c_t = f_t c_{t-1} + (1 - f_t) W x_t,   y_t = relu(c_t)
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def main():
    x, cell = torch.randn(2, 5, 4), torch.randn(2, 4)
    weights = {"input": torch.randn(4, 4), "forget.weight": torch.randn(4, 4), "forget.bias": torch.randn(4)}
    given = {"x": x, "cell": cell, **weights}
    for tensor in given.values():
        tensor.requires_grad_(True)
    outputs, c = [], cell
    for t in range(x.shape[1]):
        f = torch.sigmoid(x[:, t] @ weights["forget.weight"].T + weights["forget.bias"])
        c = f * c + (1 - f) * (x[:, t] @ weights["input"].T)
        outputs.append(torch.relu(c))
    y = torch.stack(outputs, 1)
    # Every output counts differently in the loss.
    factors = torch.arange(1.0, y.numel() + 1).reshape(y.shape) / y.numel()
    (y * factors).sum().backward()
    golden = {
        **{name: numbers(tensor) for name, tensor in given.items()},
        "y": numbers(y),
        "last": numbers(c),
        "gradients": {name: numbers(tensor.grad) for name, tensor in given.items()},
    }
    (pathlib.Path(__file__).parent / "ssru.json").write_text(json.dumps(golden) + "\n")


main()
