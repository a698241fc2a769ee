"""Writes unigram.spm, a SentencePiece vocabulary, and unigram.json: how Python's sentencepiece splits and joins texts with it.

    pip install -r requirements.txt && python make_spm.py
"""

import io
import json
import pathlib

import sentencepiece

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


def main():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES), model_writer=model, vocab_size=34, model_type="unigram",
        eos_id=0, unk_id=1, bos_id=-1, pad_id=-1, minloglevel=2,
    )  # fmt: skip
    (HERE / "unigram.spm").write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = [processor.encode(text) for text in TEXTS]
    golden = {"texts": TEXTS, "ids": ids, "decoded": [processor.decode(row) for row in ids]}
    (HERE / "unigram.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


main()
