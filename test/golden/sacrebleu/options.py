"""Options of the metrics under Heed's names, all that are held against sacreBLEU."""

from sacrebleu.metrics import BLEU, CHRF

# Ours beside theirs.
NAMES = {
    "smoothing": "smooth_method",
    "smoothingValue": "smooth_value",
    "effectiveOrder": "effective_order",
    "wordOrder": "word_order",
    "charOrder": "char_order",
    "noPunctuation": "no_punct",
    "asianSupport": "asian_support",
    "caseSensitive": "case_sensitive",
}
SMOOTHINGS = [
    {"smoothing": "exp"},
    {"smoothing": "none"},
    {"smoothing": "floor"},
    {"smoothing": "floor", "smoothingValue": 0.125},
    {"smoothing": "floor", "smoothingValue": 0.0},
    {"smoothing": "add-k"},
    {"smoothing": "add-k", "smoothingValue": 0.5},
    {"smoothing": "add-k", "smoothingValue": 2.375},
]
YES_NO = [False, True]
BLEU_OPTIONS = [
    {"tokenize": tokenize, "lowercase": lowercase}
    for tokenize in ["13a", "intl", "zh", "char", "none"]
    for lowercase in YES_NO
] + [{**smoothing, "effectiveOrder": effective} for smoothing in SMOOTHINGS for effective in YES_NO]
CHRF_OPTIONS = [
    {"wordOrder": word, "beta": beta, "charOrder": char, "lowercase": lowercase}
    for word, beta, char in [(0, 2, 6), (2, 2, 6), (0, 1, 6), (2, 3, 4), (1, 2, 1)]
    for lowercase in YES_NO
] + [
    {"wordOrder": word, "whitespace": True, "effectiveOrder": effective} for word in [0, 2] for effective in YES_NO
]
CHRF_OPTIONS.append({"wordOrder": 2, "effectiveOrder": False})
TER_OPTIONS = [
    {"normalized": normalized, "noPunctuation": bare, "asianSupport": asian, "caseSensitive": cased}
    for normalized in YES_NO
    for bare in YES_NO
    for asian in YES_NO
    for cased in YES_NO
]


def made(kind, options):
    theirs = {NAMES.get(name, name): value for name, value in options.items()}
    if kind is CHRF and "effective_order" in theirs:
        theirs["eps_smoothing"] = not theirs.pop("effective_order")
    return kind(**theirs, **({"force": True} if kind is BLEU else {}))
