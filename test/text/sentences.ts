/**
 * Sentences for the tokeniser tests: real ones where the data is at hand, and composed ones in many scripts.
 */

import { existsSync, readFileSync } from "node:fs";

const tatoeba = "../shared/data/tatoeba-eng-fra";
const multi30k = "../shared/data/multi30k";

/** Why the tests on real sentences cannot run; `undefined` when they can. */
export const dataMissing: string | undefined = [tatoeba, multi30k].every((folder) => existsSync(folder))
  ? undefined
  : `${tatoeba} or ${multi30k} is absent`;

const linesOf = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");

/** All sentences, English and French, of one Tatoeba split. */
export const tatoebaSentences = (split: "train" | "valid" | "test"): string[] =>
  linesOf(`${tatoeba}/${split}.tsv`).flatMap((line) => line.split("\t"));

/** 4,000 real sentences in English, French and German; none when the data is absent. */
export function realSentences(): string[] {
  if (dataMissing) return [];
  const languages = ["en", "fr", "de"].flatMap((language) =>
    linesOf(`${multi30k}/test_2016_flickr.${language}`),
  );
  return [...tatoebaSentences("test").slice(0, 2000), ...languages.slice(0, 2000)];
}

const scripts: Readonly<Record<string, readonly string[]>> = {
  latin: [
    "The",
    "quick",
    "fox",
    "naïve",
    "cafe\u0301",
    "Straße",
    "Œuvre",
    "İstanbul",
    "Việt",
    "don't",
    "e\u0323\u0302",
    "ŁÓDŹ",
  ],
  cyrillic: ["Привет", "мир", "ёлка", "йод", "и\u0306", "ЩИ", "Україна", "съешь", "ещё"],
  greek: ["ΟΔΥΣΣΕΥΣ", "λόγος", "ΣΑΣ", "ἀρχή", "α\u0301", "Ωμέγα", "φῶς", "ΐ"],
  arabic: ["السلام", "عليكم", "مُحَمَّد", "كِتَاب", "٣١٤", "لا", "ﷺ", "پارسی", "\u200fنص\u200f"],
  hebrew: ["שלום", "עולם", "שָׁלוֹם", "בְּרֵאשִׁית", "ש\u05c1", "צה״ל", "\u202bטקסט\u202c"],
  devanagari: ["नमस्ते", "दुनिया", "क्षत्रिय", "हिन्दी", "क\u093c", "क़लम", "१२३", "श्री", "र\u094d\u200dय"],
  tamil: ["வணக்கம்", "உலகம்", "கொ", "\u0b95\u0bc6\u0bbe"],
  thai: ["สวัสดีชาวโลก", "ภาษาไทยไม่มีช่องว่าง", "น้ำ", "๑๒๓", "เก\u0e33"],
  chinese: ["你好，世界", "機器翻譯", "北京大学", "𠮷野家", "一二三。", "㍿"],
  japanese: ["こんにちは", "セカイ", "ｶﾞｷﾞｸﾞ", "か\u3099", "東京タワー", "「はい」", "㍻"],
  korean: ["안녕하세요", "세계", "\u1112\u1161\u11ab\u1100\u1173\u11af", "ㅋㅋㅋ", "한국어"],
  georgian: ["გამარჯობა", "ᲛᲡᲝᲤᲚᲘᲝ", "მსოფლიო"],
  armenian: ["Բարեւ", "աշխարհ", "և", "ԵՒ"],
  ethiopic: ["ሰላም", "ለዓለም፡", "፩፪፫"],
  emoji: ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🇫🇷🇩🇪", "❤️", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🤷🏾‍♀️", "✈", "😶‍🌫️"],
  marks: [
    "a\u0300\u0301\u0302\u0323",
    "Z\u0351\u036b\u0343a\u0321\u0323l\u0348\u034ag\u035bo",
    "\u0301",
    "x\u20d7",
    "o\u0338\u0304",
  ],
  symbols: [
    "ﬁne",
    "½",
    "²",
    "①",
    "™",
    "Ⅷ",
    "ｆｕｌｌ",
    "µ",
    "Å",
    "\u212a",
    "¼kg",
    "℡",
    "𝕳𝖊𝖑𝖑𝖔",
    "´",
    "¨",
    "…",
    "—",
    "№",
    "€5",
  ],
  numbers: [
    "1,234.56",
    "3.14",
    "2024-02-29",
    "10:30",
    "007",
    "50%",
    "$1",
    "#42",
    "a1b2",
    "x_y",
    "C++",
    "https://a.b/c?d=e&f",
  ],
  odd: [
    "\ufffd",
    "\u0000",
    "\u0007",
    "\u001f",
    "\u007f",
    "\u0085",
    "\u00ad",
    "\u200b",
    "\u2060",
    "\ufeff",
    "▁",
    "▁▁a",
    "\ue000",
    "\uffff",
    "<0x41>",
  ],
};

const spaces = [
  " ",
  " ",
  " ",
  " ",
  " ",
  "  ",
  "\t",
  "\n",
  "\u00a0",
  "\u3000",
  "\u2009",
  "",
  ", ",
  ". ",
  " - ",
  "! ",
  "؟ ",
  "、",
];

/**
 * `count` sentences: each mostly in one script, with a guest from another, emoji, marks and odd spaces
 * between.
 */
export function composedSentences(count: number, seed = 1): string[] {
  const random = mulberry32(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const names = Object.keys(scripts);
  return Array.from({ length: count }, (_, number) => {
    const home = scripts[names[number % names.length] as string] as readonly string[];
    let sentence = pick(["", "", "", " ", "\ufeff", "«", "“", "¿"]);
    for (let words = 1 + Math.floor(random() * 9); words > 0; words--) {
      const from = random() < 0.75 ? home : (scripts[pick(names)] as readonly string[]);
      sentence +=
        (random() < 0.05 ? String.fromCodePoint(pick(rarePlanes) + Math.floor(random() * 64)) : "") +
        pick(from);
      sentence += pick(spaces);
    }
    return sentence + pick(["", ".", "!", "?", "।", "。", "؟", "»", " \n"]);
  });
}

// Blocks older than Unicode 12, where the tables of Node's ICU and of the native library agree.
const rarePlanes = [
  0x0c80, 0x1200, 0x13a0, 0x2200, 0x2500, 0x4e00, 0xac00, 0x10400, 0x12000, 0x1f300, 0x20000,
];

/** A small seeded generator: the same sentences on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
