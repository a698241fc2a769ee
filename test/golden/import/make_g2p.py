"""Writes g2p.json: the phonemes that g2p-en's network gives to words that no dictionary has.

    pip install --no-deps g2p-en==2.1.0 numpy==2.4.6 && python make_g2p.py DIR

DIR holds the package's folder g2p_en. Its modules want dictionaries that are downloaded when they load, so the class is
taken from its source without them.
"""

import json
import pathlib
import re
import sys

import numpy as np

WORDS = """activationist blorptastic transformer heedful nalbanding quixotry zyzzyva phronesis tokenizer gradientful
attentive softmaxed embeddable convolver backprop perceptronic lisbonite marianesque onnxify typescripter
grelk snorfle wugs bliff tove borogove frumious vorpal jubjub bandersnatch
lightbulbous keyboarder sprintable mergeable rebaseless committish pullable yamlish webgpu sharded
cromulent embiggen covfefe yeet hangry chillax bromance mansplain selfie vlogger""".split()


def main():
    folder = pathlib.Path(sys.argv[1]) / "g2p_en"
    source = (folder / "g2p.py").read_text()
    body = re.search(r"^class G2p.*?(?=^if __name__)", source, re.S | re.M).group()
    body = re.sub(r"self\.cmu = .*|self\.homograph2features = .*", "pass", body)
    scope = {"np": np, "os": __import__("os"), "dirname": str(folder), "re": re}
    exec(body, scope)
    network = scope["G2p"]()
    golden = {word: network.predict(word) for word in WORDS}
    path = pathlib.Path(__file__).parent / "g2p.json"
    path.write_text(json.dumps({"graphemes": network.graphemes, "phonemes": network.phonemes, "words": golden}) + "\n")


main()
