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
from transformers import AutoModelForSeq2SeqLM

HERE = pathlib.Path(__file__).parent


def encode(tensor):
    array = tensor.detach().numpy().astype("<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def look(folder, batch):
    base = AutoModelForSeq2SeqLM.from_pretrained(folder / "base", dtype=torch.float64)
    adapter = folder / "adapted" / "adapter"
    source, target = torch.tensor(batch["source"]), torch.tensor(batch["target"])
    mask = (source != base.config.pad_token_id).long()
    inputs = dict(input_ids=source, attention_mask=mask, decoder_input_ids=target)
    with torch.no_grad():
        before = base.eval()(**inputs).logits
        model = PeftModel.from_pretrained(base, adapter).eval().double()
        after = model(**inputs).logits
        merged = AutoModelForSeq2SeqLM.from_pretrained(folder / "adapted", dtype=torch.float64).eval()(**inputs).logits
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
    (HERE / "adapted.json").write_text(json.dumps(golden) + "\n")


main()
