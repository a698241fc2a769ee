"""Scores and signatures of sacreBLEU for composed sentences (pinned in requirements.txt).

    python write.py        writes scores.json
"""

import json
import pathlib

import sacrebleu
from corpora import corpora
from options import BLEU_OPTIONS, CHRF_OPTIONS, SMOOTHINGS, TER_OPTIONS, made
from sacrebleu.metrics import BLEU, CHRF, TER

assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
here = pathlib.Path(__file__).parent


def signatures(metric):
    signature = metric.get_signature()
    return {"signature": str(signature), "short": signature.format(short=True)}


def bleu_of(score):
    return {
        "score": score.score,
        "precisions": score.precisions,
        "brevityPenalty": score.bp,
        "hypothesisLength": score.sys_len,
        "referenceLength": score.ref_len,
    }


def chrf_of(score):
    return {"score": score.score, "name": score.name}


def ter_of(score):
    return {"score": score.score, "edits": score.num_edits, "referenceLength": score.ref_length}


def corpus_scores(kind, described, all_options, data):
    for options in all_options:
        metric = made(kind, options)
        score = metric.corpus_score(data["hypotheses"], data["references"])
        yield {"options": options, "expected": described(score), **signatures(metric)}


def sentence_scores(kind, all_options, data):
    for options in all_options:
        metric = made(kind, {**options, **({"effectiveOrder": True} if kind is BLEU else {})})
        rows = [[text for text in row if text is not None] for row in zip(*data["references"])]
        scores = [metric.sentence_score(text, row).score for text, row in zip(data["hypotheses"], rows)]
        yield {"options": options, "scores": scores}


cases = []
for name, data in corpora().items():
    cases.append({
        "name": name,
        **data,
        "bleu": list(corpus_scores(BLEU, bleu_of, BLEU_OPTIONS, data)),
        "chrf": list(corpus_scores(CHRF, chrf_of, CHRF_OPTIONS, data)),
        "ter": list(corpus_scores(TER, ter_of, TER_OPTIONS, data)),
        "sentences": {
            "bleu": list(sentence_scores(BLEU, [*SMOOTHINGS, {"tokenize": "intl"}, {"tokenize": "zh"}], data)),
            "chrf": list(sentence_scores(CHRF, [{}, {"wordOrder": 2}], data)),
            "ter": list(sentence_scores(TER, [{}, {"normalized": True, "asianSupport": True}], data)),
        },
    })

text = json.dumps({"sacrebleu": sacrebleu.__version__, "cases": cases}, ensure_ascii=True, separators=(",", ":"))
(here / "scores.json").write_text(text + "\n", encoding="utf-8")
