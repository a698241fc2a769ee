"""Composed sentences that are hard to cut and to count, and hypotheses made of them by what systems do wrong."""

import random

HARD = (
    "the a cat Dog sat on mats runs 3.14 1,000,000 $5.00 U.S.A. e-mail 10-year-old don't dog's l'été it's “quoted” «guillemets» "
    "Straße ÜBER İstanbul ΣΊΣΥΦΟΣ 東京 は 。 ？ 😀 👩‍👩‍👧 e\u0301 été \u00a0 \u2009 non\u00a0breaking \u200b zero\u200bwidth "
    "\ufeff \u2028 \u0085 \x1c \x0b tab\there &quot;x&quot; &amp;lt; &lt;b&gt; &apos; <skipped> a<skipped>b (x) [y] {z} "
    "a/b c\\d #tag @you 50% -5 5- 2010-12 .5 5. ,5 5, ... --- -- ! ?! :-) ;) * ** ^ _ __init__ ` ~ | = + "
    "http://x.org/a?b=c&d=e 12:30 1.2.3 (3.5%) 'single' \"double\" ‚low‘ … – — ½ ２０ ٣.٤ x² \x00 \x1b[31m"
).split(" ")

SCRIPTS = [
    "die Straße ist 12,5 km lang „sagt“ Müller z.B. am 3. Mai ÄÖÜ",
    "η Σίσυφος είπε: «ναι»; ΟΔΟΣ τ' άλλα 1.234,5 €",
    "сегодня 5-го мая Москва — столица №1 « ёж » т.е. 50 %",
    "قال: «نعم»؛ ١٢٫٥ كتاب، ماذا؟ لا ٪ السّلام",
    "שָׁלוֹם אמר: \"כן\" צה״ל ב־1948 ₪ 20",
    "राम ने कहा, “हाँ।” १२ ₹५० किताब",
    "วันนี้ฝนตก๒วัน ฿100 ๆ ไทย",
    "오늘은 2019년이다. “네,” 그가 말했다 ㉠ ￦5",
    "今天是2019年5月3日，天气很好。“是的！”他说（笑）—— 50％ ㊣ 𠀀𪛖 〇",
    "東京タワーへ行きました。「はい」ｶﾅ・ー ３％ ㍿ 々 ゟ ㇰ",
    "ሰላም ነው። 𐐀𐐁 𝒳²+1≤∞ ☃ ➔ ♥️ 👨‍👩‍👧 🇫🇷 ™ § ¿qué? ¡no! a·b …",
]
MANY = [word for line in SCRIPTS for word in line.split(" ")]
FEW = "the of a to in . , and is that".split(" ")


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def sentence(self, words, least, most):
        return " ".join(self.random.choice(words) for _ in range(self.random.randint(least, most)))

    def disturbed(self, text, words, rate=0.1):
        """Some words left out, doubled, replaced; sometimes a run moved, all shuffled, or nothing left."""
        chance = self.random.random
        if chance() < 0.04:
            return self.random.choice(["", " "])
        out = []
        for word in text.split(" "):
            draw = chance()
            if draw < rate:
                continue
            out.append(self.random.choice(words) if draw < 2 * rate else word)
            if draw > 1 - rate / 2:
                out.append(word)
        for _ in range(self.random.choice([0, 0, 1, 2])):
            a, b = sorted(self.random.randint(0, len(out)) for _ in range(2))
            run, out = out[a:b][:12], out[:a] + out[a:b][12:] + out[b:]
            to = self.random.randint(0, len(out))
            out = out[:to] + run + out[to:]
        if chance() < 0.06:
            self.random.shuffle(out)
        ends = ["", "", ".", " ", "\u00a0", "\n", " 。", "\n- x"]
        return self.random.choice(["", "", " "]) + " ".join(out) + self.random.choice(ends)

    def corpus(self, words, size, least, most, sets):
        references = [[self.sentence(words, least, most) for _ in range(size)]]
        hypotheses = [self.disturbed(text, words) for text in references[0]]
        while len(references) < sets:
            references.append([self.disturbed(text, words) for text in references[0]])
        return {"hypotheses": hypotheses, "references": references}

    def strung(self, size):
        """Texts without spaces."""
        references = [[self.sentence("".join(MANY), 0, 60).replace(" ", "") for _ in range(size)]]
        cut = lambda text: text[: self.random.randint(0, len(text))]
        hypotheses = [cut(text) + cut(text[::-1]) for text in references[0]]
        return {"hypotheses": hypotheses, "references": references}

    def lopsided(self, size):
        """Hypotheses much longer or much shorter than their references, and words far from where they belong."""
        hypotheses, references = [], []
        for n in range(size):
            short, long = self.sentence(FEW, 0, 4), self.sentence(MANY, 60, 130)
            pair = [(short, long), (long, short), (long + " " + short, short + " " + long)][n % 3]
            hypotheses.append(pair[0])
            references.append(pair[1])
        return {"hypotheses": hypotheses, "references": [references]}


def gaps(corpus, random):
    """The corpus with references missing here and there, never all of a sentence."""
    for at in range(len(corpus["hypotheses"])):
        for row in random.sample(corpus["references"], random.randint(0, len(corpus["references"]) - 1)):
            row[at] = None
    return corpus


def corpora():
    make = Maker(20)
    return {
        "long sentences": make.corpus(HARD, 30, 0, 40, 1),
        "short sentences": make.corpus(HARD, 40, 0, 5, 1),
        "three references": make.corpus(HARD, 25, 0, 15, 3),
        "many scripts": make.corpus(MANY, 50, 0, 20, 1),
        "many scripts, two references": make.corpus(MANY, 25, 1, 15, 2),
        "no spaces": make.strung(25),
        "the same few words": make.corpus(FEW, 25, 5, 60, 1),
        "lengths far apart": make.lopsided(12),
        "references missing": gaps(make.corpus(MANY, 20, 0, 10, 3), make.random),
        "one reference each, of two sets": {"hypotheses": ["a b c d", "x y"], "references": [["a b d", None], [None, "y x"]]},
        "empty hypotheses": {"hypotheses": ["", "", " "], "references": [["a b c", "", "x"]]},
        "empty references": {"hypotheses": ["a b", "c"], "references": [["", ""]]},
        "nothing at all": {"hypotheses": ["", ""], "references": [["", ""]]},
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
