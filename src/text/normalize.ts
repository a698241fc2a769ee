/** The normaliser of every vocabulary, equivalent to the one in tokenizer.json. */

/** The character that stands for a space inside a piece: U+2581. */
export const metaspace = "▁";

const plain = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
/** What the steps before and after NFKC change; half a pair of surrogates stands for both. */
const unusual =
  /[\t-\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff▁\ud800-\udfff]| {2}|^ | $/;
const unpaired = /\p{Surrogate}/gu;
const byteOrderMark = /\ufeff/g;
const anyMetaspace = /▁/g;
// The property White_Space spelled out: JavaScript's \s includes U+FEFF and lacks U+0085.
const whiteSpace = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const outerSpace = /^ | $/g;

/**
 * NFKC with white space collapsed and stripped; see `Tokenizer.normalize`. Idempotent.
 *
 * NFKC is the platform's. The native library's tables are from Unicode 11: it leaves later compatibility characters (171
 * by Unicode 17) unchanged.
 *
 * @param lowercase  Also map to lower case, character by character: capital sigma becomes σ even at the end of a word.
 */
export function normalize(text: string, lowercase: boolean): string {
  if (plain.test(text)) return lowercase ? text.toLowerCase() : text;
  if (!lowercase && !unusual.test(text) && text === text.normalize("NFKC")) return text;
  let result = text
    .replace(unpaired, "\ufffd")
    .replace(byteOrderMark, "")
    .replace(anyMetaspace, " ")
    .normalize("NFKC");
  // Lower case may allow a composition that capitals do not (H + macron below), hence NFKC again.
  if (lowercase) result = result.replace(/Σ/g, "σ").toLowerCase().normalize("NFKC");
  return result.replace(whiteSpace, " ").replace(outerSpace, "");
}

/** The words between the spaces of a normalised text; a vocabulary spells each with a metaspace before it. */
export const spacedWords = (normalized: string): string[] => (normalized === "" ? [] : normalized.split(" "));

/** The same word in memory of its own: part of a text keeps all of that text in memory. */
export const detached = (word: string): string => ` ${word}`.slice(1);

/** Runs of letters, marks and numbers, and every other character alone, each with the metaspace before it. */
export const wordPattern = "▁?[\\p{L}\\p{M}\\p{N}]+|▁?[^\\p{L}\\p{M}\\p{N}▁]";
const wordRegex = new RegExp(wordPattern, "gu");

/** The units of a word vocabulary in one word with its metaspace: "▁don't" -> "▁don", "'", "t". */
export function wordUnits(word: string): string[] {
  return word.match(wordRegex) ?? [];
}
