/** A sentence and its translation. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** Where sentence pairs are; every file may be gzip. */
export type PairSpec =
  /** Tab-separated lines: source, target. Further columns (Tatoeba: attribution) are not read, which readers may say. */
  | { readonly pairs: string }
  /** Two files, line i of one being the translation of line i of the other. */
  | { readonly source: string; readonly target: string }
  /** One JSON object a line, with texts at the keys `source` and `target`. */
  | { readonly jsonl: string };

/** A text and its label. */
export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

/** Reads corpora by name: from files in Node (`fileReader`), from elsewhere in a page. */
export interface CorpusReader {
  readonly pairs: (spec: PairSpec) => AsyncIterable<Pair>;
  readonly lines: (name: string) => AsyncIterable<string>;
  readonly labelled: (name: string) => AsyncIterable<LabelledText>;
  /** The identity of a corpus: equal for equal content, whatever it is called. */
  readonly hash: (names: readonly string[]) => Promise<string>;
}

/** The files of `spec`, in order. */
export function filesOf(spec: PairSpec): string[] {
  if ("pairs" in spec) return [spec.pairs];
  return "jsonl" in spec ? [spec.jsonl] : [spec.source, spec.target];
}
