import type { Config, TranslateConfig } from "../../config/schema.ts";
import { type CorpusReader, filesOf } from "../../data/corpus-reader.ts";
import { heedError } from "../../errors.ts";
import { phrasebook } from "../../phrasebook/phrasebook.ts";
import type { SentencePair } from "./pairs.ts";

export interface Corpus {
  readonly train: readonly SentencePair[];
  readonly valid: readonly SentencePair[];
  /** sha256 of the data, by use: a resumed run must find the same. */
  readonly hashes: { readonly train: string; readonly valid: string };
}

/** The name of a corpus in messages: its files. */
export const nameOf = (spec: Config["data"]["train"]): string => Object.values(spec).join(", ");

/** Reads the sentence pairs a configuration names. @throws what the reader throws, ERR_DATA when there are none */
export async function loadCorpus(
  { data, seed }: Pick<TranslateConfig, "data" | "seed">,
  reader: CorpusReader,
): Promise<Corpus> {
  const load = async (use: "train" | "valid"): Promise<{ pairs: SentencePair[]; hash: string }> => {
    const spec = data[use];
    if ("corpus" in spec) return { pairs: [...phrasebook({ seed })[use]], hash: `phrasebook ${seed}` };
    const pairs: SentencePair[] = [];
    for await (const pair of reader.pairs(spec)) pairs.push(pair);
    if (pairs.length === 0) {
      const remedy = `give data.${use} sentence pairs`;
      throw heedError("ERR_DATA", { where: nameOf(spec), cause: "there are no pairs", remedy });
    }
    return { pairs, hash: await reader.hash(filesOf(spec)) };
  };
  const train = await load("train");
  const valid = await load("valid");
  return { train: train.pairs, valid: valid.pairs, hashes: { train: train.hash, valid: valid.hash } };
}
