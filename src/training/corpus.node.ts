import type { PairExample } from "../data/batches.ts";
import { type FilterReport, pairFilter } from "../data/filters.ts";
import { hashPairs, readPairs } from "../data/pairs.node.ts";
import { phrasebook } from "../data/phrasebook/phrasebook.ts";
import { heedError } from "../errors.ts";
import type { Config, TranslateConfig } from "./config.ts";
import { encodePair, type SentencePair, type Tokenizers } from "./translation.ts";

export interface Corpus {
  readonly train: readonly SentencePair[];
  readonly valid: readonly SentencePair[];
  /** sha256 of what was read, by use: a resumed run must find the same. */
  readonly hashes: { readonly train: string; readonly valid: string };
}

/** What messages call a corpus: its files. */
export const nameOf = (spec: Config["data"]["train"]): string => Object.values(spec).join(", ");

/** Reads the sentence pairs a configuration names. @throws what the readers throw, ERR_DATA when there are none */
export async function loadCorpus({ data, seed }: Pick<TranslateConfig, "data" | "seed">): Promise<Corpus> {
  const load = async (use: "train" | "valid"): Promise<{ pairs: SentencePair[]; hash: string }> => {
    const spec = data[use];
    if ("corpus" in spec) return { pairs: [...phrasebook({ seed })[use]], hash: `phrasebook ${seed}` };
    const pairs: SentencePair[] = [];
    for await (const pair of readPairs(spec)) pairs.push(pair);
    if (pairs.length === 0) {
      const remedy = `give data.${use} sentence pairs`;
      throw heedError("ERR_DATA", { where: nameOf(spec), cause: "there are no pairs", remedy });
    }
    return { pairs, hash: await hashPairs(spec) };
  };
  const train = await load("train");
  const valid = await load("valid");
  return { train: train.pairs, valid: valid.pairs, hashes: { train: train.hash, valid: valid.hash } };
}

/**
 * Encodes pairs, leaving out those that cannot be learnt from.
 *
 * @returns the examples, and which pair of the corpus each was, counted from 1
 * @throws ERR_DATA with the counts by reason when none is left.
 */
export function encodeCorpus(
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  { data, model }: Pick<TranslateConfig, "data" | "model">,
  name: string,
): { examples: PairExample[]; numbers: number[]; report: FilterReport } {
  const examples: PairExample[] = [];
  const numbers: number[] = [];
  const lengths = new Map<string, number>();
  const filter = pairFilter({
    ...data,
    name,
    maxTokens: Math.min(data.maxTokens, model.maxLength),
    countTokens: (text) => lengths.get(text) ?? 0,
  });
  for (const [i, pair] of pairs.entries()) {
    const example = encodePair(pair, tokenizers);
    lengths.clear();
    lengths.set(pair.source, example.source.length).set(pair.target, example.target.length);
    if (!filter.accepts(pair)) continue;
    examples.push(example);
    numbers.push(i + 1);
  }
  return { examples, numbers, report: filter.finish() };
}

/** The pairs that the model has positions for. @throws ERR_DATA when there are none. */
export function fittingPairs(
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  { model: { maxLength } }: Pick<TranslateConfig, "model">,
  name: string,
): SentencePair[] {
  const fitting = pairs.filter((pair) => {
    const { source, target } = encodePair(pair, tokenizers);
    return Math.max(source.length, target.length) <= maxLength;
  });
  if (fitting.length > 0) return fitting;
  const cause = `all ${pairs.length} pairs are longer than ${maxLength} tokens`;
  throw heedError("ERR_DATA", { where: name, cause, remedy: "raise model.maxLength or shorten the pairs" });
}
