"""Writes translators.json: what Python's transformers make of folders that Heed exported.

    npx tsx test/golden/huggingface/export.ts DIR
    pip install -r requirements.txt && python make.py DIR

In float64. The hashes tell a test whether it exports what was read here.
"""

import base64
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

HERE = pathlib.Path(__file__).parent
SENTENCES = ["the cat sees the bread", "the dog eats"]


def encode(tensor):
    array = tensor.detach().numpy().astype("<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def look(folder, batch):
    model, report = AutoModelForSeq2SeqLM.from_pretrained(
        folder, dtype=torch.float64, attn_implementation="eager", output_loading_info=True
    )
    assert not report["unexpected_keys"] and not report["mismatched_keys"], report
    computed = model.config.model_type == "marian"
    assert all(computed and "embed_positions" in key for key in report["missing_keys"]), report
    model.eval()
    source, target = torch.tensor(batch["source"]), torch.tensor(batch["target"])
    mask = (source != model.config.pad_token_id).long()
    with torch.no_grad():
        out = model(input_ids=source, attention_mask=mask, decoder_input_ids=target, output_attentions=True)
        generated = model.generate(input_ids=source, attention_mask=mask, max_new_tokens=8)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return {
        "sha256": {name: sha256(folder / name) for name in ("model.safetensors", "config.json")},
        "states": encode(out.encoder_last_hidden_state),
        "logits": encode(out.logits),
        "crossAttention": encode(out.cross_attentions[0]),
        "generated": generated.tolist(),
        "ids": [tokenizer(text)["input_ids"] for text in SENTENCES],
    }


def main():
    directory = pathlib.Path(sys.argv[1])
    batch = json.loads((directory / "batch.json").read_text())
    torch.set_num_threads(1)
    golden = {"sentences": SENTENCES}
    for name in ("tied", "untied", "pre", "learned"):
        golden[name] = look(directory / name, batch)
        print(name, np.round(golden[name]["generated"][0], 3))
    (HERE / "translators.json").write_text(json.dumps(golden) + "\n")


main()
