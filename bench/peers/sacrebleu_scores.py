"""sacreBLEU's scores and its paired bootstrap on texts it is given, waiting for its turn (see bench/peer.ts)."""

import json
import sys
import time

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

config = json.loads(sys.stdin.readline())
(baseline, system), references, task = config["systems"], config["references"], config["task"]
METRICS = {"BLEU": BLEU, "chrF++": lambda: CHRF(word_order=2), "TER": TER}


def work():
    for tokenizer in [Tokenizer13a, TokenizerRegexp, TercomTokenizer]:
        tokenizer.__call__.cache_clear()  # every round cuts the texts anew
    if task in METRICS:
        return METRICS[task]().corpus_score(system, references).score
    test = PairedTest([("a", baseline), ("b", system)], {"bleu": BLEU()}, references, "bs", 1000)
    return test()[1]["BLEU"][1].p_value


print(json.dumps({"version": sacrebleu.__version__}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line.split()[1])):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times), flush=True)
