"""Runs a folder of `heed export --format onnx`, a line at a time:  python run.py [--tokens 50] < in.txt

Needs: pip install onnxruntime tokenizers numpy
"""

import argparse
import json
import pathlib
import sys

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
MODEL = json.loads((HERE / "model.json").read_text())


def session(name):
    return ort.InferenceSession(str(HERE / "onnx" / f"{name}.onnx"), providers=["CPUExecutionProvider"])


def tokenizer(name):
    return Tokenizer.from_file(str(HERE / name))


def run(graph, feeds):
    names = {each.name for each in graph.get_inputs()}
    feeds = {name: value for name, value in feeds.items() if name in names}
    return dict(zip([each.name for each in graph.get_outputs()], graph.run(None, feeds)))


def whole(ids):
    return {"input_ids": np.array([ids], np.int64), "attention_mask": np.ones((1, len(ids)), np.int64)}


def write(decoder, memory, tokens, most):
    """Writes greedily: reads `tokens` one by one, then its own, until the end or for `most` tokens."""
    read, written = list(tokens), []
    while len(written) < most:
        out = run(decoder, {**memory, "input_ids": np.array([[read.pop(0)]], np.int64)})
        memory = {**memory, **{name[5:]: value for name, value in out.items() if name.startswith("next.")}}
        if not read:
            read = [int(out["logits"][0].argmax())]
            if read[0] == MODEL["end"]:
                break
            written += read
    return written


def translate():
    encoder, decoder = session("encoder"), session("decoder")
    source, target = tokenizer("tokenizer.source.json"), tokenizer("tokenizer.target.json")

    def one(text):
        ids = source.encode(text).ids
        ids = write(decoder, run(encoder, whole(ids)), [MODEL["start"]], 2 * len(ids) + 10)
        return target.decode(ids, skip_special_tokens=False)

    return one


def generate(tokens):
    decoder, text = session("decoder"), tokenizer("tokenizer.json")

    def one(prompt):
        ids = text.encode(prompt).ids or [MODEL["start"]]
        state = {name: np.zeros((1, *axes), np.float32) for name, axes in MODEL["state"].items()}
        return text.decode(ids + write(decoder, state, ids, tokens), skip_special_tokens=False)

    return one


def classify():
    model, text = session("model"), tokenizer("tokenizer.json")

    def one(line):
        ids = text.encode(line).ids[: MODEL["longest"]]
        return MODEL["labels"][int(run(model, whole(ids))["logits"][0].argmax())]

    return one


def main():
    parser = argparse.ArgumentParser(description="Runs a folder of `heed export --format onnx`, a line at a time.")
    parser.add_argument("--tokens", type=int, default=50, help="tokens that a language model writes")
    options = parser.parse_args()
    one = {"translate": translate, "classify": classify, "generate": lambda: generate(options.tokens)}[MODEL["task"]]()
    for line in sys.stdin:
        text = line.rstrip("\n")
        print(one(text) if text.strip() or MODEL["task"] == "generate" else "", flush=True)


main()
