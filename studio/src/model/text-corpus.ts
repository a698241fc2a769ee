/** Pasted or uploaded sentence pairs, or a text, as a corpus. */
import { type CorpusReader, type Pair, type PairSpec, shuffle } from "heed/data";
import { fileNames, type Setup } from "./training-setup.ts";

/** Most pairs or lines that are held out to validate on; of few, a tenth. */
const HELD_OUT = 200;

/**
 * The pairs of tab-separated lines; further columns are ignored.
 *
 * @throws naming the first line without a tab, or when there is no pair.
 */
export function linesOfPairs(text: string): Pair[] {
  const pairs = text.split(/\r?\n/).flatMap((line, i): Pair[] => {
    if (line.trim() === "") return [];
    const [source = "", target = ""] = line.split("\t").map((cell) => cell.trim());
    if (source !== "" && target !== "") return [{ source, target }];
    throw new Error(`line ${i + 1} is not a sentence, a tab and its translation`);
  });
  if (pairs.length === 0) throw new Error("there are no pairs");
  return pairs;
}

/** Pairs to learn from. @throws as `linesOfPairs`, and when there are fewer than ten. */
export function pairsOf(text: string): Pair[] {
  const pairs = text.trim() === "" ? [] : linesOfPairs(text);
  if (pairs.length >= 10) return pairs;
  const count = pairs.length === 1 ? "is 1 pair" : `are ${pairs.length} pairs`;
  throw new Error(`there ${count}: give at least ten, better a thousand`);
}

/** What is learned from, and what is held out. */
export interface Split<Item> {
  readonly train: readonly Item[];
  readonly valid: readonly Item[];
}

/** Items to validate on, drawn at random, always the same; and the others to train on. */
export function split<Item>(items: readonly Item[]): Split<Item> {
  const order = shuffle(
    items.map((_, i) => i),
    1,
    "held out",
  );
  const heldOut = new Set(order.slice(0, heldOutOf(items.length)));
  return {
    train: items.filter((_, i) => !heldOut.has(i)),
    valid: items.filter((_, i) => heldOut.has(i)),
  };
}

const heldOutOf = (count: number): number => Math.min(HELD_OUT, Math.ceil(count / 10));

/** A text's last lines to validate on, as they stand, and those before to train on. @throws when there are fewer than ten */
export function splitText(text: string): Split<string> {
  const lines = text.split(/\r?\n/);
  const written = lines.filter((line) => line.trim() !== "").length;
  if (written < 10)
    throw new Error(
      `there ${written === 1 ? "is 1 line" : `are ${written} lines`} of text: give at least ten`,
    );
  const at = lines.length - heldOutOf(lines.length);
  return { train: lines.slice(0, at), valid: lines.slice(at) };
}

/** What a person gives to learn from, split; empty for the phrasebook. */
export interface Own {
  readonly pairs: Split<Pair>;
  readonly lines: Split<string>;
}

const NOTHING = { train: [], valid: [] };

/** @throws what the pairs or the text are refused for */
export const ownOf = ({ corpus, own }: Pick<Setup, "corpus" | "own">): Own => ({
  pairs: corpus === "pairs" ? split(pairsOf(own)) : NOTHING,
  lines: corpus === "text" ? splitText(own) : NOTHING,
});

/** Reads what was given under the names that `configText` has for it. */
export function ownCorpus({ pairs, lines }: Own): CorpusReader {
  return {
    async *pairs(spec: PairSpec) {
      yield* "pairs" in spec && spec.pairs === fileNames.pairs.valid ? pairs.valid : pairs.train;
    },
    async *lines(name: string) {
      yield* name === fileNames.text.valid ? lines.valid : lines.train;
    },
    async *labelled() {},
    // A training keeps its own text: there is no other to mistake for it.
    hash: async (names) => names.join(" "),
  };
}

/** What was given, as the files that `configText` names. */
export function ownFiles({ corpus }: Pick<Setup, "corpus">, { pairs, lines }: Own): Record<string, string> {
  if (corpus === "phrasebook") return {};
  const { train, valid } = fileNames[corpus];
  return corpus === "pairs"
    ? { [train]: tsv(pairs.train), [valid]: tsv(pairs.valid) }
    : { [train]: joined(lines.train), [valid]: joined(lines.valid) };
}

const tsv = (pairs: readonly Pair[]): string =>
  joined(pairs.map(({ source, target }) => `${source}\t${target}`));

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
