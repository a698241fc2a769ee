"""Writes dropout.json beside it: how often subword-nmt splits words in each way when merges are skipped at random.

    pip install -r requirements.txt && python make_dropout.py

No word has a pair of neighbours twice: subword-nmt merges all of them at once.
"""

import collections
import json
import pathlib
import random

from subword_nmt.apply_bpe import encode

HERE = pathlib.Path(__file__).parent
SAMPLES = 40_000
MERGES = ["e r", "l o", "lo w", "low er", "e s", "es t", "n e", "ne w", "new est", "w er"]
WORDS = ["lower", "newest", "lowest", "newer"]


def ways(word, rate):
    counts = collections.Counter(" ".join(encode(word, ranks, {}, None, "@@", (0, 1), {}, None, rate))
                                 for _ in range(SAMPLES))
    return {way: count / SAMPLES for way, count in sorted(counts.items())}


random.seed(4)
merges = [tuple(pair.split()) for pair in MERGES]
ranks = {pair: rank for rank, pair in enumerate(merges)}
pieces = sorted({c for word in WORDS for c in word}) + [pair.replace(" ", "") for pair in MERGES]
golden = {"pieces": pieces, "merges": merges,
          "ways": [{"word": word, "rate": rate, "shares": ways(word, rate)} for word in WORDS for rate in (0.1, 0.5)]}
(HERE / "dropout.json").write_text(json.dumps(golden, indent=1) + "\n")
