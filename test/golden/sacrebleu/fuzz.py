"""Scores of sacreBLEU for small drawn test sets with empty sides, white space and 1 to 3 references (pinned in requirements.txt).

    python fuzz.py        writes fuzz.json
"""

import json
import pathlib
import random

import sacrebleu
from options import BLEU_OPTIONS, CHRF_OPTIONS, TER_OPTIONS, made
from sacrebleu.metrics import BLEU, CHRF, TER

assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
here = pathlib.Path(__file__).parent
draw = random.Random(16)
CASES = 300

EMPTY = ["", "", " ", "\u00a0", "\t", "\u3000", ".", "a", "\u200b", "e\u0301"]
WORDS = "the The cat cats sat , . ! (hi) don't l'été 3.5 1,000 - 東京 は 😀 &quot; a b c".split(" ")
ALL_CHRF = CHRF_OPTIONS + [
    {"wordOrder": word, "charOrder": char, "beta": beta, "whitespace": spaces, "effectiveOrder": False}
    for word in [0, 1, 2]
    for char in [1, 3, 6]
    for beta in [1, 2]
    for spaces in [False, True]
]


def text():
    if draw.random() < 0.25:
        return draw.choice(EMPTY)
    return draw.choice(["", "", "", " "]) + draw.choice([" ", " ", "  "]).join(draw.choices(WORDS, k=draw.randint(1, 9)))


def like(other):
    """The same text, some of its words, or another text."""
    kind = draw.random()
    if kind < 0.1:
        return other
    return text() if kind < 0.4 else " ".join(word for word in other.split(" ") if draw.random() < 0.8)


def case():
    sentences, sets = draw.choice([1, 1, 2, 3]), draw.choice([1, 2, 3])
    hypotheses = [text() for _ in range(sentences)]
    references = [[like(hypothesis) for hypothesis in hypotheses] for _ in range(sets)]
    for at in range(sentences):
        if draw.random() < 0.3:
            for row in draw.sample(references, draw.randint(0, sets - 1)):
                row[at] = None
    return {"hypotheses": hypotheses, "references": references}


def scored(data, kind, options):
    rows = [[text for text in row if text is not None] for row in zip(*data["references"])]
    single = made(kind, {**options, **({"effectiveOrder": True} if kind is BLEU else {})})
    return {
        "options": options,
        "score": made(kind, options).corpus_score(data["hypotheses"], data["references"]).score,
        "sentences": [single.sentence_score(text, row).score for text, row in zip(data["hypotheses"], rows)],
    }


# The one that was found by hand: of two references the empty hypothesis has to take the one that sacreBLEU takes.
cases = [{"hypotheses": ["", "the cat sat"], "references": [["the cat", "the cat sat"], ["", "a cat"]]}]
cases += [case() for _ in range(CASES - 1)]
for data in cases:
    for name, kind, options, count in [
        ("bleu", BLEU, BLEU_OPTIONS, 2),
        ("chrf", CHRF, ALL_CHRF, 3),
        ("ter", TER, TER_OPTIONS, 2),
    ]:
        data[name] = [scored(data, kind, some) for some in draw.sample(options, count)]

lines = ",\n".join(json.dumps(data, ensure_ascii=True, separators=(",", ":")) for data in cases)
(here / "fuzz.json").write_text(f'{{"sacrebleu":"{sacrebleu.__version__}","cases":[\n{lines}\n]}}\n', encoding="utf-8")
