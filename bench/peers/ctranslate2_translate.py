"""Beam search by CTranslate2 on a folder that `heed export` wrote, for bench/decoding.

Reads one JSON object on standard input: {folder, sentences, compute, threads, beam, batch}, sentences as lists of subwords.
Then, for every line "run N" it translates everything N times and prints the milliseconds as a JSON list.

CTranslate2's converter takes for granted what Marian's own models have: a decoder that starts from a zero vector, and
padding as the last of the vocabulary. Heed's start from <s>, so the loaders here convert what the file says; Blenderbot it
does not know at all.
"""
import json
import sys
import tempfile
import time

import ctranslate2
from ctranslate2.converters import transformers as converters

config = json.loads(sys.stdin.readline())


class FolderLoader(converters.BartLoader):
    def get_model_spec(self, model):
        model.config.normalize_before = model.config.model_type == "blenderbot"
        model.config.normalize_embedding = False
        return super().get_model_spec(model)


@converters.register_loader("MarianConfig")
class MarianLoader(FolderLoader):
    architecture_name = "MarianMTModel"


@converters.register_loader("BlenderbotConfig")
class BlenderbotLoader(FolderLoader):
    architecture_name = "BlenderbotForConditionalGeneration"


with tempfile.TemporaryDirectory() as directory:
    converter = converters.TransformersConverter(config["folder"])
    converter.convert(directory, quantization=config["compute"], force=True)
    translator = ctranslate2.Translator(
        directory, device="cpu", compute_type=config["compute"], intra_threads=config["threads"], inter_threads=1
    )


def translate():
    limit = 2 * max(len(pieces) for pieces in config["sentences"]) + 10
    results = translator.translate_batch(
        config["sentences"], beam_size=config["beam"], max_batch_size=config["batch"], max_decoding_length=limit
    )
    return sum(len(result.hypotheses[0]) + 1 for result in results)


tokens = translate()
print(json.dumps({"version": f"CTranslate2 {ctranslate2.__version__}", "tokens": tokens}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line.split()[1])):
        start = time.perf_counter()
        translate()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times), flush=True)
