/** Pasted or uploaded sentence pairs as a corpus. */
import { type CorpusReader, type Pair, type PairSpec, shuffle } from "heed/data";
import { TRAIN_FILE, VALID_FILE } from "./training-setup.ts";

/** Most pairs that are held out to validate on; of few pairs, a tenth. */
const HELD_OUT = 200;

/**
 * The pairs of tab-separated lines; further columns are ignored.
 *
 * @throws naming the first line without a tab, or when there are fewer than ten pairs.
 */
export function pairsOf(text: string): Pair[] {
  const pairs = text.split(/\r?\n/).flatMap((line, i): Pair[] => {
    if (line.trim() === "") return [];
    const [source = "", target = ""] = line.split("\t").map((cell) => cell.trim());
    if (source !== "" && target !== "") return [{ source, target }];
    throw new Error(`line ${i + 1} is not a sentence, a tab and its translation`);
  });
  if (pairs.length >= 10) return pairs;
  const count = pairs.length === 1 ? "is 1 pair" : `are ${pairs.length} pairs`;
  throw new Error(`there ${count}: give at least ten, better a thousand`);
}

export interface Split {
  readonly train: readonly Pair[];
  readonly valid: readonly Pair[];
}

/** Pairs to validate on, drawn at random, always the same; and the others to train on. */
export function split(pairs: readonly Pair[]): Split {
  const order = shuffle(
    pairs.map((_, i) => i),
    1,
    "held out",
  );
  const heldOut = new Set(order.slice(0, Math.min(HELD_OUT, Math.ceil(pairs.length / 10))));
  return {
    train: pairs.filter((_, i) => !heldOut.has(i)),
    valid: pairs.filter((_, i) => heldOut.has(i)),
  };
}

/** Reads pairs under the names that `configText` gives them. */
export function textCorpus({ train, valid }: Split): CorpusReader {
  async function* pairs(spec: PairSpec): AsyncGenerator<Pair> {
    yield* "pairs" in spec && spec.pairs === VALID_FILE ? valid : train;
  }
  async function* none(): AsyncGenerator<never> {}
  return {
    pairs,
    lines: none,
    labelled: none,
    // A training keeps its own text: there is no other to mistake for it.
    hash: async (names) => names.join(" "),
  };
}

/** The pairs as the files that `configText` names. */
export const pairFiles = ({ train, valid }: Split): Record<string, string> => ({
  [TRAIN_FILE]: tsv(train),
  [VALID_FILE]: tsv(valid),
});

const tsv = (pairs: readonly Pair[]): string =>
  pairs.map(({ source, target }) => `${source}\t${target}\n`).join("");
