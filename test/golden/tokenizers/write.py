"""Ids and texts of the Python `tokenizers` library (pinned: 0.23.x) for the tokenizer.json files in this folder.

    python write.py        reads bpe.json char.json word.json and sentences.json, writes ids.json

The three tokenizer.json files are written by `HEED_WRITE_GOLDEN=1 npx vitest run test/text/golden.test.ts`.
"""

import json
import pathlib

import tokenizers

assert tokenizers.__version__.startswith("0.23."), tokenizers.__version__
here = pathlib.Path(__file__).parent
sentences = json.loads((here / "sentences.json").read_text(encoding="utf-8"))
result = {"tokenizers": tokenizers.__version__}
for kind in ["bpe", "char", "word"]:
    tokenizer = tokenizers.Tokenizer.from_file(str(here / f"{kind}.json"))
    # Special tokens written in a text are text, as Heed reads them.
    tokenizer.encode_special_tokens = True
    ids = [tokenizer.encode(sentence).ids for sentence in sentences]
    result[kind] = {"ids": ids, "texts": [tokenizer.decode(row) for row in ids]}
(here / "ids.json").write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
