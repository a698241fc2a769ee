"""Tests and intervals of sacreBLEU, and NumPy's draws they are made of (pinned in requirements.txt).

    python significance.py        writes significance.json
"""

import json
import os
import pathlib

import numpy
import sacrebleu
from corpora import Maker
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
here = pathlib.Path(__file__).parent
make = Maker(7)
words = [make.sentence("ab cd ef gh ij".split(), 1, 3).replace(" ", "") for _ in range(80)]
references = [[make.sentence(words, 1, 14) for _ in range(90)]]
references.append([make.disturbed(text, words, 0.05) or text for text in references[0]])
rates = {"baseline": 0.15, "much better": 0.06, "a little better": 0.135, "alike": 0.15}
systems = {name: [make.disturbed(text, words, rate) for text in references[0]] for name, rate in rates.items()}
systems["the baseline again"] = systems["baseline"]

METRICS = {"bleu": lambda: BLEU(), "chrf": lambda: CHRF(word_order=2), "ter": lambda: TER()}


def result(found):
    # NumPy's float32 is no number to json.
    return {key: value if value is None else float(value) for key, value in (
        ("score", found.score), ("p", found.p_value), ("mean", found.mean), ("half", found.ci)
    )}


tests = []
for kind, seed, samples, intervals in [
    ("bs", 12345, 400, -1),
    ("bs", 7, 199, -1),
    ("ar", 12345, 1000, -1),
    ("ar", 4294967295, 333, 150),
]:
    os.environ["SACREBLEU_SEED"] = str(seed)
    made = {key: metric() for key, metric in METRICS.items()}
    test = PairedTest(list(systems.items()), made, references, kind, samples, intervals)
    signatures, scores = test()
    tests.append({
        "kind": kind,
        "seed": seed,
        "samples": samples,
        "intervals": max(0, intervals),
        "metrics": {
            key: {
                "signature": str(signatures[name]),
                "short": signatures[name].format(short=True),
                "systems": [result(found) for found in scores[name]],
            }
            for key, name in zip(METRICS, signatures)
        },
    })

os.environ["SACREBLEU_SEED"] = "12345"
confidence = {}
for key, metric in METRICS.items():
    made = metric()
    score = made.corpus_score(systems["baseline"], references, n_bootstrap=500)
    confidence[key] = {"mean": float(score._mean), "half": float(score._ci), "signature": str(made.get_signature())}


def draws(seed, below):
    drawn = numpy.random.default_rng(seed)
    first = drawn.choice(below, size=40)
    bits = drawn.integers(2, size=(3, 25), dtype=bool)
    return {
        "seed": seed,
        "below": below,
        "first": first.tolist(),
        "bits": bits.astype(int).ravel().tolist(),
        "then": drawn.choice(below, size=10).tolist(),
    }


found = {
    "sacrebleu": sacrebleu.__version__,
    "numpy": numpy.__version__,
    "references": references,
    "systems": list(systems.values()),
    "names": list(systems),
    "tests": tests,
    "confidence": confidence,
    "draws": [draws(*each) for each in [(12345, 1012), (0, 7), (1, 2**31 + 11), (4294967295, 3), (99, 1)]],
}
(here / "significance.json").write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
