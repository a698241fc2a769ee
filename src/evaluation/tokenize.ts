/** How BLEU splits a sentence into words: sacreBLEU's tokenisers that need no model. */
export type BleuTokenizer = "13a" | "intl" | "zh" | "char" | "none";

/** All values of `BleuTokenizer`, for messages and checks. */
export const bleuTokenizers = ["13a", "intl", "zh", "char", "none"] as const satisfies BleuTokenizer[];

/** White space as in Python's `str.split()`, which differs from `\s`. */
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spaces = new RegExp(`${SPACE}+`, "u");
const isSpace = new RegExp(SPACE, "u");
const leadingSpaces = new RegExp(`^${SPACE}+`, "u");

/** The non-empty pieces of `text` between runs of white space. */
export function splitSpaces(text: string): string[] {
  return text.split(spaces).filter((piece) => piece !== "");
}

/** `text` without trailing white space. A loop: a pattern would restart at every space of a long run. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Splits `text` into words like sacreBLEU's tokeniser of that name. */
export function bleuTokens(text: string, tokenizer: BleuTokenizer): string[] {
  const trimmed = trimEnd(text);
  switch (tokenizer) {
    case "13a":
      return splitSpaces(tokenize13a(trimmed));
    case "intl":
      return splitSpaces(tokenizeIntl(trimmed));
    case "zh":
      return splitSpaces(tokenizeZh(trimmed.replace(leadingSpaces, "")));
    case "char":
      return splitSpaces([...trimmed].join(" "));
    case "none":
      return splitSpaces(trimmed);
  }
}

/** mteval-v13a, WMT's tokeniser for languages with spaces between words. */
function tokenize13a(text: string): string {
  const plain = unescapeXml(text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " "));
  return separateStops(separateSymbols(` ${plain} `));
}

/**
 * mteval-v14 with `--international-tokenization`: separates all Unicode symbols, and all punctuation unless it is
 * between numbers. A full stop after a number at the very end stays attached. The platform's version of Unicode decides
 * what is punctuation or a symbol, so newer characters may be split differently than in sacreBLEU.
 */
const tokenizeIntl = (text: string): string =>
  text
    .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
    .replace(/(\p{P})(\P{N})/gu, " $1 $2")
    .replace(/\p{S}/gu, " $& ");

/**
 * Characters separated in Chinese text: ideographs, their radicals, strokes and punctuation, full-width forms, dingbats.
 * One range is a mistake that is part of every score: sacreBLEU writes the ideographs U+20000-U+2A6D6 as strings of two
 * characters, so that these are not separated, but U+2001-U+2A6D (dashes, quotation marks, arrows) are.
 */
const chinese =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/gu;

/** WMT 2017's tokeniser for Chinese; text that is not Chinese is split as in 13a. */
const tokenizeZh = (text: string): string => separateStops(separateSymbols(text.replace(chinese, " $& ")));

/** Undoes four XML escapes. */
export const unescapeXml = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");

/** Separates ASCII punctuation except ' , - . */
export const separateSymbols = (text: string): string => text.replace(/[{-~[-` -&(-+:-@/]/gu, " $& ");

/** Separates full stops and commas unless they are between digits, and dashes after a digit. */
export const separateStops = (text: string): string =>
  text
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
