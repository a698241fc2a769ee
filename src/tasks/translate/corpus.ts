import type { Config, TranslateConfig } from "../../config/schema.ts";
import { PHRASEBOOK } from "../../config/tasks/guided-alignment.ts";
import { type CorpusReader, filesOf } from "../../data/corpus-reader.ts";
import { heedError } from "../../errors.ts";
import { phrasebook } from "../../phrasebook/phrasebook.ts";
import type { Watch } from "../task.ts";
import { type CorpusLinks, loadLinks } from "./links.ts";
import type { SentencePair } from "./pairs.ts";

export interface Corpus {
  readonly train: readonly SentencePair[];
  readonly valid: readonly SentencePair[];
  /** The word links of `train`, if they guide attention. */
  readonly links?: CorpusLinks;
  /** sha256 of the data, by use: a resumed run must find the same. */
  readonly hashes: { readonly train: string; readonly valid: string };
}

/** The name of a corpus in messages: its files. */
export const nameOf = (spec: Config["data"]["train"]): string => Object.values(spec).join(", ");

type Read = Pick<TranslateConfig, "data" | "seed"> & Partial<Pick<TranslateConfig, "training">>;

/**
 * Reads the sentence pairs a configuration names, and the links of those to train on.
 *
 * @throws what the reader throws, ERR_DATA when there are no pairs, or not as many links.
 */
export async function loadCorpus(config: Read, reader: CorpusReader, watch?: Watch): Promise<Corpus> {
  const guided = config.training?.guidedAlignment;
  const train = await loadSide(config, "train", reader, watch);
  const valid = await loadSide(config, "valid", reader, watch);
  return {
    train: train.pairs,
    valid: valid.pairs,
    ...(guided ? { links: await loadLinks(guided, train.pairs, reader) } : {}),
    hashes: { train: train.hash, valid: valid.hash },
  };
}

/** Reads the pairs of one use. Throws as `loadCorpus` does. */
export async function loadSide(
  { data, seed, training }: Read,
  use: "train" | "valid",
  reader: CorpusReader,
  watch?: Watch,
): Promise<{ pairs: SentencePair[]; hash: string }> {
  const guided = training?.guidedAlignment;
  const spec = data[use];
  const links = use === "train" && guided && guided.links !== PHRASEBOOK ? [guided.links] : [];
  if ("corpus" in spec) {
    const hashes = links.length > 0 ? [await reader.hash(links)] : [];
    const hash = ["phrasebook", seed, ...hashes].join(" ");
    return { pairs: [...phrasebook({ seed })[use]], hash };
  }
  const pairs: SentencePair[] = [];
  const onBytes = (done: number, total: number): void => watch?.("reading", done, total);
  for await (const pair of reader.pairs(spec, onBytes)) pairs.push(pair);
  if (pairs.length === 0) {
    const remedy = `give data.${use} sentence pairs`;
    throw heedError("ERR_DATA", { where: nameOf(spec), cause: "there are no pairs", remedy });
  }
  return { pairs, hash: await reader.hash([...filesOf(spec), ...links]) };
}
