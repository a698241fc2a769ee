"""Scores and signatures of sacreBLEU (pinned: 2.6.0) for composed sentences that are hard to cut and to count.

    python write.py        writes scores.json
"""

import json
import pathlib
import random

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF

assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
here = pathlib.Path(__file__).parent
random.seed(20)

words = (
    "the a cat Dog sat on mats runs 3.14 1,000,000 $5.00 U.S.A. e-mail 10-year-old don't l'été it's “quoted” «guillemets» "
    "Straße ÜBER İstanbul ΣΊΣΥΦΟΣ 東京 は 。 ？ 😀 👩‍👩‍👧 e\u0301 été \u00a0 \u2009 non\u00a0breaking \u200b zero\u200bwidth "
    "\ufeff \u2028 \u0085 \x1c \x0b tab\there &quot;x&quot; &amp;lt; &lt;b&gt; &apos; <skipped> a<skipped>b (x) [y] {z} "
    "a/b c\\d #tag @you 50% -5 5- 2010-12 .5 5. ,5 5, ... --- -- ! ?! :-) ;) * ** ^ _ __init__ ` ~ | = + "
    "http://x.org/a?b=c&d=e 12:30 1.2.3 (3.5%) 'single' \"double\" ‚low‘ … – — ½ ２０ ٣.٤ x² \x00 \x1b[31m"
).split(" ")


def sentence(most):
    return " ".join(random.choice(words) for _ in range(random.randint(0, most)))


def disturbed(text):
    """A text with some words left out, doubled, swapped or replaced, so that many n-grams match."""
    out = []
    for word in text.split(" "):
        chance = random.random()
        if chance < 0.1:
            continue
        out.append(random.choice(words) if chance < 0.2 else word)
        if chance > 0.95:
            out.append(word)
    if len(out) > 2 and random.random() < 0.3:
        out[0], out[1] = out[1], out[0]
    return random.choice(["", "", " "]) + " ".join(out) + random.choice(["", "", ".", " ", "\u00a0", "\n"])


def corpus(size, most, sets):
    references = [[sentence(most) for _ in range(size)]]
    hypotheses = [disturbed(text) for text in references[0]]
    while len(references) < sets:
        references.append([disturbed(text) for text in references[0]])
    return {"hypotheses": hypotheses, "references": references}


corpora = {
    "long sentences": corpus(40, 40, 1),
    "short sentences": corpus(40, 5, 1),
    "three references": corpus(30, 15, 3),
    "empty hypotheses": {"hypotheses": ["", "", " "], "references": [["a b c", "", "x"]]},
    "empty references": {"hypotheses": ["a b", "c"], "references": [["", ""]]},
    "one empty reference of two": {"hypotheses": ["a b c d e"], "references": [[""], ["a b c d"]]},
    "nothing in common": {"hypotheses": ["x y z w v"], "references": [["a b c d e"]]},
    "only single words": {"hypotheses": ["a", "b", "c"], "references": [["a", "x", "c"]]},
    "no four words in a row": {"hypotheses": ["a b c x d e f"], "references": [["a b c y d e f"]]},
    "equal": {"hypotheses": ["The cat sat on the mat ."], "references": [["The cat sat on the mat ."]]},
    "one reference here, two there": {
        "hypotheses": ["the cat sat", "a dog is here"],
        "references": [["the cat sat down", "a dog is there"], ["a cat sat", None]],
    },
    "equally close references": {"hypotheses": ["a b c d"], "references": [["a b c d e f"], ["a b"]]},
}


def bleu_of(score, signature):
    return {
        "score": score.score,
        "precisions": score.precisions,
        "brevityPenalty": score.bp,
        "hypothesisLength": score.sys_len,
        "referenceLength": score.ref_len,
        "signature": str(signature),
    }


cases = []
for name, data in corpora.items():
    hypotheses, references = data["hypotheses"], data["references"]
    bleu, sentences, chrf = [], [], []
    for tokenize in ["13a", "none", "char"]:
        for smoothing in ["exp", "none", "floor", "add-k"]:
            for lowercase in [False, True]:
                options = {"tokenize": tokenize, "smoothing": smoothing, "lowercase": lowercase}
                make = dict(tokenize=tokenize, smooth_method=smoothing, lowercase=lowercase, force=True)
                metric = BLEU(**make)
                score = metric.corpus_score(hypotheses, references)
                bleu.append({"options": options, "expected": bleu_of(score, metric.get_signature())})
                metric = BLEU(effective_order=True, **make)
                is_full = all(text is not None for row in references for text in row)
                if tokenize == "13a" and not lowercase and is_full:
                    scores = [
                        metric.sentence_score(hypothesis, list(row)).score
                        for hypothesis, row in zip(hypotheses, zip(*references))
                    ]
                    expected = {"scores": scores, "signature": str(metric.get_signature())}
                    sentences.append({"options": options, "expected": expected})
    for word_order, beta, char_order in [(0, 2, 6), (2, 2, 6), (0, 1, 6), (2, 3, 4), (1, 2, 1)]:
        for lowercase in [False, True]:
            metric = CHRF(word_order=word_order, beta=beta, char_order=char_order, lowercase=lowercase)
            score = metric.corpus_score(hypotheses, references)
            chrf.append({
                "options": {"wordOrder": word_order, "beta": beta, "charOrder": char_order, "lowercase": lowercase},
                "expected": {"score": score.score, "name": score.name, "signature": str(metric.get_signature())},
            })
    cases.append({"name": name, **data, "bleu": bleu, "sentences": sentences, "chrf": chrf})

text = json.dumps({"sacrebleu": sacrebleu.__version__, "cases": cases}, ensure_ascii=True, separators=(",", ":"))
(here / "scores.json").write_text(text + "\n", encoding="utf-8")
