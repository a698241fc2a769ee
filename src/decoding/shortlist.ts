import type { Listed, Shortlist } from "./listed.ts";

/**
 * A lexical shortlist: the target tokens that a translation may be made of, found for each sentence from its source tokens.
 * Nothing depends on which sentences are decoded together: a batch computes the scores of all tokens that any of its sentences
 * lists, and hides from each those that it does not list itself.
 */
export interface LexicalShortlist {
  /** Ids that every sentence lists: special tokens, bytes and the most frequent tokens. */
  readonly common: Int32Array;
  /** The likeliest translations of each source token, best first; row s is [s · each, (s + 1) · each), -1 after the last. */
  readonly translations: Int32Array;
  readonly each: number;
}

const HIDDEN = -1e9; // softmax gives exactly 0 there

/** The tokens listed by the sentences of a batch. */
export function listedBy(
  { common, translations, each }: LexicalShortlist,
  sources: readonly ArrayLike<number>[],
): Listed {
  const own = sources.map((source) => {
    const listed = new Set<number>();
    for (const token of Array.from(source)) {
      for (let at = token * each; at < (token + 1) * each; at++) {
        const id = translations[at] as number;
        if (id >= 0) listed.add(id);
      }
    }
    return listed;
  });
  const ids = Int32Array.from(new Set([...common, ...own.flatMap((listed) => [...listed])])).sort();
  const everywhere = new Set(common);
  const bias = new Float32Array(sources.length * ids.length);
  own.forEach((listed, sentence) => {
    ids.forEach((id, i) => {
      if (!everywhere.has(id) && !listed.has(id)) bias[sentence * ids.length + i] = HIDDEN;
    });
  });
  return { ids, bias };
}

/** A lexical shortlist as a search takes it. */
export const shortlistOf =
  (lexical: LexicalShortlist): Shortlist =>
  (sources) =>
    listedBy(lexical, sources);
