import type { PairExample } from "../data/batches.ts";
import { hashPairs, readPairs } from "../data/pairs.node.ts";
import { phrasebook } from "../data/phrasebook/phrasebook.ts";
import { heedError } from "../errors.ts";
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

/** What filtering did to a corpus: how many pairs were kept, and why others were not. */
export interface FilterReport {
  readonly kept: number;
  readonly dropped: { readonly empty: number; readonly tooLong: number; readonly ratio: number; readonly duplicate: number };
}

/**
 * Encodes pairs, leaving out those that cannot be learnt from.
 *
 * @throws ERR_DATA with the counts by reason when none is left.
 */
export function encodeCorpus(
  pairs: readonly SentencePair[],
  tokenizers: Tokenizers,
  { data, model }: Pick<Config, "data" | "model">,
  where: string,
): { examples: PairExample[]; report: FilterReport } {
  const dropped = { empty: 0, tooLong: 0, ratio: 0, duplicate: 0 };
  const limit = Math.min(data.maxTokens, model.maxLength);
  const seen = new Set<string>();
  const examples: PairExample[] = [];
  for (const pair of pairs) {
    const key = `${pair.source}\t${pair.target}`;
    if (!pair.source.trim() || !pair.target.trim()) dropped.empty++;
    else if (data.duplicates === "drop" && seen.has(key)) dropped.duplicate++;
    else {
      seen.add(key);
      const example = encodePair(pair, tokenizers);
      const [shorter = 0, longer = 0] = [example.source.length, example.target.length].sort((a, b) => a - b);
      if (longer > limit) dropped.tooLong++;
      else if (longer > data.ratio * shorter) dropped.ratio++;
      else examples.push(example);
    }
  }
  if (examples.length === 0) {
    const { empty, tooLong, ratio, duplicate } = dropped;
    const cause = `no pair is left of ${pairs.length}: ${empty} empty, ${tooLong} longer than ${limit} tokens, `;
    const rest = `${ratio} with a length ratio above ${data.ratio}, ${duplicate} duplicates`;
    const remedy = "look at the file, or raise data.maxTokens and data.ratio";
    throw heedError("ERR_DATA", { where, cause: cause + rest, remedy });
  }
  return { examples, report: { kept: examples.length, dropped } };
}
