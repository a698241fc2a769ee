"""Accuracy and F1 of drawn answers by scikit-learn, with labels that do not occur or are never given.

    pip install -r requirements.txt && python make.py        writes scores.json
"""

import json
import pathlib
import random

import sklearn
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

assert sklearn.__version__ == "1.9.1", sklearn.__version__
here = pathlib.Path(__file__).parent
draw = random.Random(16)


def scored(labels, truth, answers):
    known = list(range(labels))
    each = precision_recall_fscore_support(truth, answers, labels=known, average=None, zero_division=0)
    return {
        "labels": labels,
        "truth": truth,
        "answers": answers,
        "accuracy": accuracy_score(truth, answers),
        # Without `labels` the mean is over those in truth or answers, as in scikit-learn's classification_report.
        "macroF1": f1_score(truth, answers, average="macro", zero_division=0),
        "precision": each[0].tolist(),
        "recall": each[1].tolist(),
        "f1": each[2].tolist(),
    }


cases = [scored(3, [0, 1], [0, 1]), scored(2, [0, 0, 0], [0, 0, 0]), scored(3, [0, 0], [2, 2])]
while len(cases) < 100:
    labels = draw.randint(1, 6)
    some = draw.sample(range(labels), draw.randint(1, labels))
    truth = [draw.choice(some) for _ in range(draw.randint(1, 12))]
    answers = [one if draw.random() < 0.6 else draw.randrange(labels) for one in truth]
    cases.append(scored(labels, truth, answers))

text = json.dumps({"scikitLearn": sklearn.__version__, "cases": cases}, separators=(",", ":"))
(here / "scores.json").write_text(text + "\n", encoding="utf-8")
