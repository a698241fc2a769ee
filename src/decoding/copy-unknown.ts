import { metaspace, spacedWords, wordUnits } from "../text/normalize.ts";
import { bareIds, type Tokenizer } from "../text/tokenizer.ts";

/**
 * The text of a translation with unknown words copied from the source: each <unk> becomes the source word with the most
 * attention at its step.
 *
 * @param attention  [target tokens][source tokens]
 * @param seen       Number of source tokens that the model saw; later words are not copied.
 * @see Luong et al. 2015 - https://arxiv.org/abs/1410.8206 - and Jean et al. 2015 - https://arxiv.org/abs/1412.2007
 */
export function copyUnknown(
  ids: readonly number[],
  attention: readonly ArrayLike<number>[],
  sentence: string,
  seen: number,
  { source, target }: { readonly source: Tokenizer; readonly target: Tokenizer },
): string {
  const spans = sourceWords(source, sentence).filter(({ from }) => from < seen);
  let text = "";
  let known: number[] = [];
  const flush = (): void => {
    const [first] = known;
    if (first === undefined) return;
    const needsSpace = text !== "" && target.token(first).startsWith(metaspace);
    text += (needsSpace ? " " : "") + target.decode(known);
    known = [];
  };
  for (const [i, id] of ids.entries()) {
    if (id !== target.special.unk) {
      known.push(id);
      continue;
    }
    flush();
    const row = Array.from(attention[i] ?? []);
    const weights = spans.map(({ from, to }) => row.slice(from, to).reduce((a, b) => a + b, 0));
    const largest = weights.reduce((a, b) => Math.max(a, b), 0);
    const word = spans[weights.indexOf(largest)]?.text ?? "";
    text += text === "" ? word : ` ${word}`;
  }
  flush();
  return text;
}

/** The words of a sentence as written, each with its range of tokens. */
function sourceWords(tokenizer: Tokenizer, sentence: string): { text: string; from: number; to: number }[] {
  const normal = tokenizer.normalize(sentence);
  // A word vocabulary has separate tokens for punctuation, which must not be copied along.
  const pieces =
    tokenizer.kind === "word"
      ? spacedWords(normal)
          .flatMap((word) => wordUnits(metaspace + word))
          .map((unit) => unit.replaceAll(metaspace, ""))
      : normal.split(" ");
  let at = 0;
  return pieces.map((text) => {
    const from = at;
    at += tokenizer.kind === "word" ? 1 : bareIds(tokenizer, text).length;
    return { text, from, to: at };
  });
}
