import type { PairExample } from "../data/batches.ts";
import { type FilterReport, pairFilter } from "../data/filters.ts";
import { hashPairs, readPairs } from "../data/pairs.node.ts";
import { phrasebook } from "../data/phrasebook/phrasebook.ts";
import type { Config } from "./config.ts";
import { encodePair, type SentencePair, type Tokenizers } from "./translation.ts";

export interface Corpus {
  readonly train: readonly SentencePair[];
  readonly valid: readonly SentencePair[];
  /** sha256 of what was read, by use: a resumed run must find the same. */
  readonly hashes: { readonly train: string; readonly valid: string };
}

/** Reads the sentence pairs a configuration names. @throws what the readers throw */
export async function loadCorpus({ data, seed }: Pick<Config, "data" | "seed">): Promise<Corpus> {
  const load = async (use: "train" | "valid"): Promise<{ pairs: SentencePair[]; hash: string }> => {
    const spec = data[use];
    if ("corpus" in spec) return { pairs: [...phrasebook({ seed })[use]], hash: `phrasebook ${seed}` };
    const pairs: SentencePair[] = [];
    for await (const pair of readPairs(spec)) pairs.push(pair);
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
  { data, model }: Pick<Config, "data" | "model">,
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
