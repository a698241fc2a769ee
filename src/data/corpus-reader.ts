/** A sentence and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** The files of sentence pairs; any of them may be gzip. */
export type PairSpec =
  /** Tab-separated lines: source, target. Further columns (Tatoeba: attribution) are ignored; readers may warn. */
  | { readonly pairs: string }
  /** Two files; line i of one is the translation of line i of the other. */
  | { readonly source: string; readonly target: string }
  /** One JSON object per line, with strings at the keys `source` and `target`. */
  | { readonly jsonl: string };

/** A text and its label. */
export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

/** Reads corpora by name: in Node from files (`fileReader`), in a page from elsewhere. */
export interface CorpusReader {
  readonly pairs: (spec: PairSpec) => AsyncIterable<Pair>;
  readonly lines: (name: string) => AsyncIterable<string>;
  readonly labelled: (name: string) => AsyncIterable<LabelledText>;
  /** A hash that identifies a corpus by its content, whatever its names. */
  readonly hash: (names: readonly string[]) => Promise<string>;
}

/** The files of `spec`, in order. */
export function filesOf(spec: PairSpec): string[] {
  if ("pairs" in spec) return [spec.pairs];
  return "jsonl" in spec ? [spec.jsonl] : [spec.source, spec.target];
}
