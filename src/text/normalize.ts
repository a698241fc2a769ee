/** The normaliser that stands before every vocabulary, equal to the one described in tokenizer.json. */

/** The character that stands for a space inside a piece: U+2581. */
export const metaspace = "▁";

const plain = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const unpaired = /\p{Surrogate}/gu;
const byteOrderMark = /\ufeff/g;
const anyMetaspace = /▁/g;
// The property White_Space spelled out: JavaScript's \s has U+FEFF in it and misses U+0085.
const whiteSpace = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const outerSpace = /^ | $/g;

/**
 * NFKC with white space collapsed and stripped; see `Tokenizer.normalize`. Applying it twice changes nothing.
 *
 * NFKC is the platform's. The native library's tables are of Unicode 11: it leaves compatibility characters
 * that came later (171 of them by Unicode 17) as they are.
 *
 * @param lowercase  Also map to lower case, character by character: capital sigma is σ wherever it stands.
 */
export function normalize(text: string, lowercase: boolean): string {
  if (plain.test(text)) return lowercase ? text.toLowerCase() : text;
  let result = text
    .replace(unpaired, "\ufffd")
    .replace(byteOrderMark, "")
    .replace(anyMetaspace, " ")
    .normalize("NFKC");
  // Lower case can allow a composition that the capitals had not (H + macron below), hence NFKC again.
  if (lowercase) result = result.replace(/Σ/g, "σ").toLowerCase().normalize("NFKC");
  return result.replace(whiteSpace, " ").replace(outerSpace, "");
}

/** The white-space words of a normalised text, each led by a metaspace: "a bc" -> "▁a", "▁bc". */
export function* metaspaceWords(normalized: string): Generator<string> {
  if (normalized === "") return;
  let from = 0;
  for (let to = normalized.indexOf(" "); to !== -1; to = normalized.indexOf(" ", from)) {
    yield metaspace + normalized.slice(from, to);
    from = to + 1;
  }
  yield metaspace + normalized.slice(from);
}

/**
 * Runs of letters, marks and numbers, and every other character alone, each with the metaspace before it.
 */
export const wordPattern = "▁?[\\p{L}\\p{M}\\p{N}]+|▁?[^\\p{L}\\p{M}\\p{N}▁]";
const wordRegex = new RegExp(wordPattern, "gu");

/** The units of a word vocabulary in one word of `metaspaceWords`: "▁don't" -> "▁don", "'", "t". */
export function wordUnits(word: string): string[] {
  return word.match(wordRegex) ?? [];
}
