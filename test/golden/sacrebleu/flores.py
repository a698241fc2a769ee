"""Scores of real systems on FLORES by sacreBLEU, and tests between two of them (pinned in requirements.txt).

    python flores.py ../../../../shared/data/flores-bleu-check        writes flores.json, numbers only
"""

import json
import pathlib
import sys

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
here, data = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[1])
SYSTEMS = [
    ("en-fr", "bergamot-base-memory"),
    ("fr-en", "bergamot-base-memory"),
    ("en-de", "bergamot-base-memory"),
    ("de-en", "bergamot-base-memory"),
    ("de-en", "bergamot-base"),
]
METRICS = [
    ("bleu", {"tokenize": "intl"}, BLEU(tokenize="intl")),
    ("bleu", {"lowercase": True}, BLEU(lowercase=True)),
    ("chrf", {}, CHRF()),
    ("chrf", {"wordOrder": 2}, CHRF(word_order=2)),
    ("ter", {}, TER()),
    ("ter", {"normalized": True, "noPunctuation": True}, TER(normalized=True, no_punct=True)),
]


def lines(direction, name):
    language = direction.split("-")[1]
    return (data / direction / f"{name}.{language}").read_text(encoding="utf-8").split("\n")[:-1]


scores = []
for direction, system in SYSTEMS:
    hypotheses, references = lines(direction, system), [lines(direction, "reference")]
    for metric, options, made in METRICS:
        score = made.corpus_score(hypotheses, references).score
        scores.append({"direction": direction, "system": system, "metric": metric, "options": options, "score": score})

names = ["bergamot-base-memory", "bergamot-base"]
systems = [(name, lines("de-en", name)) for name in names]
tests = []
for kind, samples in [("bs", 1000), ("ar", 1000)]:
    made = {"bleu": BLEU(), "chrf": CHRF(), "ter": TER()}
    _, found = PairedTest(systems, made, [lines("de-en", "reference")], kind, samples)()
    for key, name in zip(made, list(found)[1:]):
        result = found[name][1]
        tests.append({"kind": kind, "samples": samples, "metric": key, "score": result.score, "p": result.p_value})

text = json.dumps({"sacrebleu": sacrebleu.__version__, "systems": names, "scores": scores, "tests": tests}, indent=1)
(here / "flores.json").write_text(text + "\n", encoding="utf-8")
