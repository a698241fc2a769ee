"""Writes adapted.json: what Python's peft makes of adapters that Heed exported, on the models they were learnt for.

    npx tsx test/golden/peft/export.ts DIR
    pip install -r requirements.txt && python make.py DIR

In float64. The hash tells a test whether it exports what was read here.
"""

import base64
import hashlib
import json
import pathlib
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification

HERE = pathlib.Path(__file__).parent


def encode(tensor):
    array = tensor.detach().numpy().astype("<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def padded(rows, value):
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


def read(folder, batch):
    """A model's class, and its inputs."""
    pad = json.loads((folder / "base" / "config.json").read_text())["pad_token_id"]
    if batch is None:
        batch = json.loads((folder / "expected.json").read_text())
    else:
        batch = {"ids": batch["source"], "target": batch["target"]}
    source = padded(batch["ids"], pad)
    mask = (padded(batch["ids"], -1) >= 0) & (source != pad)
    if folder.name in ("gpt2", "llama"):
        return AutoModelForCausalLM, dict(input_ids=torch.tensor([batch["ids"][0][:8]]))
    if folder.name == "bert":
        return AutoModelForSequenceClassification, dict(input_ids=source, attention_mask=mask.long())
    target = torch.tensor(batch["target"])
    return AutoModelForSeq2SeqLM, dict(input_ids=source, attention_mask=mask.long(), decoder_input_ids=target)


def look(folder, batch=None):
    cls, inputs = read(folder, batch)
    base = cls.from_pretrained(folder / "base", dtype=torch.float64)
    adapter = folder / "adapted" / "adapter"
    with torch.no_grad():
        before = base.eval()(**inputs).logits
        model = PeftModel.from_pretrained(base, adapter).eval().double()
        after = model(**inputs).logits
        merged = cls.from_pretrained(folder / "adapted", dtype=torch.float64).eval()(**inputs).logits
    assert (after - before).abs().max() > 0.1
    assert (after - merged).abs().max() < 1e-5, (after - merged).abs().max()
    return {
        "sha256": hashlib.sha256((adapter / "adapter_model.safetensors").read_bytes()).hexdigest(),
        "logits": encode(after),
    }


def main():
    directory = pathlib.Path(sys.argv[1])
    batch = json.loads((directory / "batch.json").read_text())
    torch.set_num_threads(1)
    golden = {name: look(directory / name, batch) for name in ("tied", "pre")}
    golden |= {name: look(directory / name) for name in ("marian", "t5", "gpt2", "llama", "bert")}
    (HERE / "adapted.json").write_text(json.dumps(golden) + "\n")


main()
