"""Beam search by CTranslate2 on a folder that `heed export` wrote, for bench/decoding.

Reads one JSON object on standard input: {folder, sentences, compute, threads, beam, batch}, sentences as lists of subwords.
Then, for every line "run N" it translates everything N times and prints the milliseconds as a JSON list.
"""
import json
import sys
import tempfile
import time

import ctranslate2

from ctranslate2_folder import convert

config = json.loads(sys.stdin.readline())


with tempfile.TemporaryDirectory() as directory:
    convert(config["folder"], directory, config["compute"])
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
