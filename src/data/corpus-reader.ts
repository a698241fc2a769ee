import type { CorpusCache } from "./encoded.ts";

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

/** How far reading has come, in bytes of the files. */
export type OnBytes = (done: number, total: number) => void;

/** Reads corpora by name: in Node from files (`fileReader`), in a page from elsewhere. */
export interface CorpusReader {
  readonly pairs: (spec: PairSpec, onBytes?: OnBytes) => AsyncIterable<Pair>;
  readonly lines: (name: string, onBytes?: OnBytes) => AsyncIterable<string>;
  readonly labelled: (name: string, onBytes?: OnBytes) => AsyncIterable<LabelledText>;
  /** A hash that identifies a corpus by its content, whatever its names. */
  readonly hash: (names: readonly string[], onBytes?: OnBytes) => Promise<string>;
  /** Where corpora that are too large for the memory are kept encoded. Default: all are held in memory. */
  readonly cache?: CorpusCache | undefined;
}

/** The files of `spec`, in order. */
export function filesOf(spec: PairSpec): string[] {
  if ("pairs" in spec) return [spec.pairs];
  return "jsonl" in spec ? [spec.jsonl] : [spec.source, spec.target];
}
