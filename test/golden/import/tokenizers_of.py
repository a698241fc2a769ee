"""Small tokenizers of the kinds that published models have, learnt from a few sentences."""

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

TEXTS = [
    "the cat eats the bread", "the dog sees the apple", "a small cat sleeps", "the big dog eats an apple",
    "le chat mange le pain", "le chien voit la pomme", "un petit chat dort", "le grand chien mange",
]  # fmt: skip
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def bytes_bpe(special, template=None, regex=None):
    """GPT-2, BART, RoBERTa and Blenderbot; with a regex, LLaMA 3."""
    tokenizer = Tokenizer(models.BPE())
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=regex is None)
    split = regex and pre_tokenizers.Split(Regex(regex), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, plain]) if split else plain
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=special, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(TEXTS, trainer)
    if template:
        tokenizer.post_processor = template(tokenizer)
    return tokenizer


def roberta(tokenizer):
    ids = {name: tokenizer.token_to_id(name) for name in ("<s>", "</s>")}
    return processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]), add_prefix_space=False)


def template(single, *names):
    def make(tokenizer):
        tokens = [(name, tokenizer.token_to_id(name)) for name in names]
        return processors.TemplateProcessing(single=single, special_tokens=tokens)

    return make


def unigram(special, make):
    """T5, mBART and Marian: SentencePiece's unigrams."""
    tokenizer = Tokenizer(models.Unigram())
    collapse = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), collapse])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=70, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = make(tokenizer)
    return tokenizer


def word_pieces():
    """BERT and DistilBERT."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=90, special_tokens=special)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = template("[CLS] $A [SEP]", "[CLS]", "[SEP]")(tokenizer)
    return tokenizer


def byte_fallback():
    """LLaMA 2 and Mistral: SentencePiece's BPE as Python's library writes it."""
    special = ["<unk>", "<s>", "</s>"]
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    learned = Tokenizer(models.BPE(unk_token="<unk>"))
    learned.pre_tokenizer = pre_tokenizers.Metaspace()
    learned.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=60, special_tokens=special))
    model = __import__("json").loads(learned.to_str())["model"]
    pieces = special + fallback + [piece for piece in model["vocab"] if piece not in special]
    vocab = {piece: id for id, piece in enumerate(pieces)}
    merges = [tuple(pair) for pair in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    prepend = normalizers.Prepend("▁")
    tokenizer.normalizer = normalizers.Sequence([prepend, normalizers.Replace(" ", "▁")])
    strip = decoders.Strip(" ", 1, 0)
    space = decoders.Replace("▁", " ")
    tokenizer.decoder = decoders.Sequence([space, decoders.ByteFallback(), decoders.Fuse(), strip])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in special])
    tokenizer.post_processor = template("<s> $A", "<s>")(tokenizer)
    return tokenizer
