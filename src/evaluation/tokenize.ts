/** Ways to cut a sentence into the words that BLEU counts. */
export type BleuTokenizer = "13a" | "none" | "char";

/** What Python's `str.split()` calls white space, which is not what `\s` matches. */
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const spaces = new RegExp(`${SPACE}+`, "u");
const trailingSpaces = new RegExp(`${SPACE}+$`, "u");

/** The pieces of `text` between runs of white space, none of them empty. */
export function splitSpaces(text: string): string[] {
  return text.split(spaces).filter((piece) => piece !== "");
}

/** The words of `text` as sacreBLEU's tokeniser of that name has them. */
export function bleuTokens(text: string, tokenizer: BleuTokenizer): string[] {
  const trimmed = text.replace(trailingSpaces, "");
  if (tokenizer === "13a") return splitSpaces(tokenize13a(trimmed));
  if (tokenizer === "char") return splitSpaces([...trimmed].join(" "));
  return splitSpaces(trimmed);
}

/** mteval-v13a, the tokeniser of WMT, for languages that put spaces between words. */
function tokenize13a(text: string): string {
  const plain = text
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return ` ${plain} `
    .replace(/[{-~[-` -&(-+:-@/]/gu, " $& ") // ASCII punctuation but ' , - .
    .replace(/([^0-9])([.,])/gu, "$1 $2 ") // full stop or comma, not after a digit
    .replace(/([.,])([^0-9])/gu, " $1 $2") // nor before one
    .replace(/([0-9])(-)/gu, "$1 $2 "); // dash after a digit
}
