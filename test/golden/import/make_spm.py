"""Writes unigram.spm, a SentencePiece vocabulary, and unigram.json: how Python's sentencepiece splits and joins texts with it;
and target.spm and pair.json: how the two are one Marian tokenizer with ids in vocab.json.

    pip install -r requirements.txt && python make_spm.py
"""

import io
import json
import pathlib
import tempfile

import sentencepiece
from transformers import MarianTokenizer

HERE = pathlib.Path(__file__).parent
LINES = ["the cat eats an apple", "le petit chien dort", "the dog's café is small", "les chats mangent des pommes"] * 20
TEXTS = [
    "the cat eats an apple",
    "  le   petit chien\tdort ",
    "un éléphant, isn't it?",
    "ﬁne １２３ № ½",
    "日本 🙂 x",
    "",
]


PAIR = ["the cat eats an apple", "un éléphant", "le chat dort", ">>fra<< the dog"]


def pair(source):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["le chat dort", "le chien mange une pomme"] * 20), model_writer=model, vocab_size=20,
        model_type="unigram", normalization_rule_name="identity", eos_id=0, unk_id=1, bos_id=-1, pad_id=-1, minloglevel=2,
    )  # fmt: skip
    (HERE / "target.spm").write_bytes(model.getvalue())
    processors = [sentencepiece.SentencePieceProcessor(model_proto=proto) for proto in (source, model.getvalue())]
    pieces = dict.fromkeys(each.id_to_piece(id) for each in processors for id in range(each.get_piece_size()))
    names = [*pieces, ">>fra<<", "<pad>"]
    vocab = {name: id for id, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as folder:
        files = {name: f"{folder}/{name}" for name in ("source.spm", "target.spm", "vocab.json")}
        pathlib.Path(files["source.spm"]).write_bytes(source)
        pathlib.Path(files["target.spm"]).write_bytes(model.getvalue())
        pathlib.Path(files["vocab.json"]).write_text(json.dumps(vocab))
        tokenizer = MarianTokenizer(**{"source_spm": files["source.spm"], "target_spm": files["target.spm"], "vocab": files["vocab.json"]})
        source_ids = [tokenizer(text)["input_ids"] for text in PAIR]
        target_ids = [tokenizer(text_target=text)["input_ids"] for text in PAIR[:3]]
    golden = {"texts": PAIR, "vocab": vocab, "source": source_ids, "target": target_ids}
    (HERE / "pair.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


def main():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES), model_writer=model, vocab_size=34, model_type="unigram",
        eos_id=0, unk_id=1, bos_id=-1, pad_id=-1, minloglevel=2,
    )  # fmt: skip
    (HERE / "unigram.spm").write_bytes(model.getvalue())
    pair(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = [processor.encode(text) for text in TEXTS]
    golden = {"texts": TEXTS, "ids": ids, "decoded": [processor.decode(row) for row in ids]}
    (HERE / "unigram.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


main()
