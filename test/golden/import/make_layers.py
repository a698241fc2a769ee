"""Writes layers.json: norms, gated layers and buckets of distances by the layers of Python's transformers, in float64.

    pip install -r requirements.txt && python make_layers.py
"""

import json
import pathlib

import torch
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaMLP, LlamaRMSNorm
from transformers.models.t5.modeling_t5 import T5Attention

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def main():
    x, gain = torch.randn(2, 3, 4), torch.randn(4)
    norm = LlamaRMSNorm(4, eps=1e-3)
    # The library computes this norm in float32 whatever the type.
    norm.weight.data = gain
    mean = x.pow(2).mean(-1, keepdim=True)
    rms = gain * x / torch.sqrt(mean + 1e-3)
    assert torch.allclose(norm(x), rms, atol=1e-6)
    mlp = LlamaMLP(LlamaConfig(hidden_size=4, intermediate_size=6, num_attention_heads=2))
    weights = {"gate": mlp.gate_proj, "inner": mlp.up_proj, "outer": mlp.down_proj}
    distances = torch.arange(-300, 301)
    buckets = [
        T5Attention._relative_position_bucket(distances, bidirectional=both, num_buckets=n, max_distance=most).tolist()
        for both in (True, False)
        for n, most in ((32, 128), (16, 40))
    ]
    golden = {
        "x": numbers(x),
        "rms": {"gain": numbers(gain), "epsilon": 1e-3, "y": numbers(rms)},
        "gated": {"weights": {name: numbers(part.weight) for name, part in weights.items()}, "y": numbers(mlp(x))},
        "buckets": buckets,
    }
    (pathlib.Path(__file__).parent / "layers.json").write_text(json.dumps(golden) + "\n")


main()
