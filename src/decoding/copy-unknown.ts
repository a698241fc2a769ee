import { metaspace, metaspaceWords, wordUnits } from "../text/normalize.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/**
 * The text of a translation with source words in place of unknown ones: each <unk> becomes the word that its step looked
 * at most.
 *
 * @param attention  [target tokens][source tokens]
 * @param seen       Source tokens that the model saw: words beyond are not copied.
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
    const isApart = text !== "" && target.token(first).startsWith(metaspace);
    text += (isApart ? " " : "") + target.decode(known);
    known = [];
  };
  for (const [i, id] of ids.entries()) {
    if (id !== target.special.unk) {
      known.push(id);
      continue;
    }
    flush();
    const row = Array.from(attention[i] ?? []);
    const looked = spans.map(({ from, to }) => row.slice(from, to).reduce((a, b) => a + b, 0));
    const most = looked.reduce((a, b) => Math.max(a, b), 0);
    const word = spans[looked.indexOf(most)]?.text ?? "";
    text += text === "" ? word : ` ${word}`;
  }
  flush();
  return text;
}

/** The words of a sentence as they are written, and the tokens each consists of. */
function sourceWords(tokenizer: Tokenizer, sentence: string): { text: string; from: number; to: number }[] {
  const normal = tokenizer.normalize(sentence);
  // A word vocabulary has tokens of their own for punctuation, which is not to be copied along.
  const pieces =
    tokenizer.kind === "word"
      ? [...metaspaceWords(normal)]
          .flatMap((word) => [...wordUnits(word)])
          .map((unit) => unit.replaceAll(metaspace, ""))
      : normal.split(" ");
  let at = 0;
  return pieces.map((text) => {
    const from = at;
    at += tokenizer.kind === "word" ? 1 : tokenizer.encode(text).length - 1;
    return { text, from, to: at };
  });
}
