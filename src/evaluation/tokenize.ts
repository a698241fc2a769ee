/** Ways to cut a sentence into the words that BLEU counts: those of sacreBLEU's that need no model. */
export type BleuTokenizer = "13a" | "intl" | "zh" | "char" | "none";

/** All of them, for messages and checks. */
export const bleuTokenizers = ["13a", "intl", "zh", "char", "none"] as const satisfies BleuTokenizer[];

/** What Python's `str.split()` calls white space, which is not what `\s` matches. */
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spaces = new RegExp(`${SPACE}+`, "u");
const isSpace = new RegExp(SPACE, "u");
const leadingSpaces = new RegExp(`^${SPACE}+`, "u");

/** The pieces of `text` between runs of white space, none of them empty. */
export function splitSpaces(text: string): string[] {
  return text.split(spaces).filter((piece) => piece !== "");
}

/** `text` without white space at its end. In one pass: a pattern would begin anew at every space of a long run. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The words of `text` as sacreBLEU's tokeniser of that name has them. */
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

/** mteval-v13a, the tokeniser of WMT, for languages that put spaces between words. */
function tokenize13a(text: string): string {
  const plain = unescapeXml(text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " "));
  return separateStops(separateSymbols(` ${plain} `));
}

/**
 * mteval-v14 with `--international-tokenization`: all of Unicode's punctuation stands alone unless it is between
 * numbers, and so do all symbols. A full stop after a number at the very end is left where it is. What punctuation and
 * symbols are, the Unicode of the platform says: a character added since may be cut otherwise than by sacreBLEU.
 */
const tokenizeIntl = (text: string): string =>
  text
    .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
    .replace(/(\p{P})(\P{N})/gu, " $1 $2")
    .replace(/\p{S}/gu, " $& ");

/**
 * What stands alone in Chinese: ideographs, their radicals, strokes and punctuation, full-width forms, dingbats. One
 * range is not what its authors meant but is part of every score: sacreBLEU writes the ideographs U+20000-U+2A6D6 as
 * strings of two characters, so that these stay together and U+2001-U+2A6D (dashes, quotation marks, arrows) do not.
 */
const chinese =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/gu;

/** The tokeniser of WMT 2017 for Chinese; what is not Chinese is cut as in 13a. */
const tokenizeZh = (text: string): string => separateStops(separateSymbols(text.replace(chinese, " $& ")));

/** The four characters that XML must write otherwise. */
export const unescapeXml = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");

/** ASCII punctuation but ' , - . stands alone. */
export const separateSymbols = (text: string): string => text.replace(/[{-~[-` -&(-+:-@/]/gu, " $& ");

/** Full stops and commas stand alone unless they are between digits; dashes do so after a digit. */
export const separateStops = (text: string): string =>
  text
    .replace(/([^0-9])([.,])/gu, "$1 $2 ")
    .replace(/([.,])([^0-9])/gu, " $1 $2")
    .replace(/([0-9])(-)/gu, "$1 $2 ");
