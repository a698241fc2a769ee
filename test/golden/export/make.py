"""Writes text-models.json: what Python's transformers make of language models and a classifier that Heed exported.

    npx tsx test/golden/export/export.ts DIR
    pip install -r requirements.txt && python make.py DIR

In float64. The hashes tell a test whether it exports what was read here.
"""

import base64
import hashlib
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

HERE = pathlib.Path(__file__).parent
TEXTS = ["the cat sees the bread", "the dog", "Who eats\nthe apple?\n\nthe"]
WRITTEN = 8


def encode(tensor):
    array = tensor.detach().numpy().astype("<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def opened(auto_class, folder):
    model, report = auto_class.from_pretrained(
        folder, dtype=torch.float64, attn_implementation="eager", output_loading_info=True
    )
    assert not any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
    return model.eval()


def look(folder):
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = {
        "sha256": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in ("model.safetensors", "config.json", "tokenizer.json")
        },
        "ids": [tokenizer(text)["input_ids"] for text in TEXTS],
    }
    with torch.no_grad():
        if kind == "bert":
            batch = tokenizer(TEXTS, return_tensors="pt", padding=True, return_token_type_ids=False)
            model = opened(AutoModelForSequenceClassification, folder)
            states = model.bert(**batch).last_hidden_state
            mask = batch["attention_mask"].double()[..., None]
            vectors = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
            return found | {"logits": encode(model(**batch).logits), "vectors": encode(vectors)}
        model = opened(AutoModelForCausalLM, folder)
        # One by one: in float64, eager attention makes no numbers of rows that are all padding.
        each = [tokenizer(text, return_tensors="pt", return_token_type_ids=False) for text in TEXTS]
        written = [model.generate(**one, max_new_tokens=WRITTEN, do_sample=False)[0] for one in each]
        # tokenizer.json says itself how special tokens are written.
        text = [tokenizer.decode(ids, skip_special_tokens=False) for ids in written]
        return found | {"logits": encode(model(**each[0]).logits), "text": text}


def main():
    directory = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    golden = {"texts": TEXTS}
    for folder in sorted(directory.iterdir()):
        golden[folder.name] = look(folder)
        print(folder.name, golden[folder.name].get("text"), golden[folder.name]["ids"][2])
    (HERE / "text-models.json").write_text(json.dumps(golden) + "\n")


main()
