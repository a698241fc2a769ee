import type { CorpusSize } from "../../config/fit.ts";
import { refuseUnfitGuidance } from "../../config/guided-alignment.ts";
import type { TranslateConfig } from "../../config/schema.ts";
import type { CorpusReader } from "../../data/corpus-reader.ts";
import { type EncodedPairs, pairsInMemory } from "../../data/encoded.ts";
import type { FilterReport } from "../../data/filters.ts";
import type { PieceLinks } from "../../data/piece-links.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { corpusSize } from "../corpus-size.ts";
import { trainTokenizers } from "../learn-tokenizers.ts";
import type { TaskData, Watch } from "../task.ts";
import { readKnownTokenizers, tokenizerFiles } from "../tokenizers.ts";
import { loadCorpus, loadSide, nameOf } from "./corpus.ts";
import { encodeLarge, largeSpec, largeTokenizers, openLarge, type Preparing } from "./large.ts";
import { encodeCorpus, fittingPairs, type SentencePair } from "./pairs.ts";
import { openTranslationTask } from "./training.ts";

/** Training and validation pairs, in memory or not. */
interface Loaded {
  readonly hashes: { readonly train: string; readonly valid: string };
  readonly valid: readonly SentencePair[];
  readonly size: CorpusSize;
  readonly learn: (known: Partial<Tokenizers>, preparing: Preparing) => Promise<Tokenizers>;
  readonly encode: (tokenizers: Tokenizers, preparing: Preparing) => Promise<Encoded>;
}

interface Encoded {
  readonly pairs: EncodedPairs;
  /** The texts of `pairs`, where they are split anew in each epoch. */
  readonly texts?: readonly SentencePair[];
  readonly report: FilterReport;
  readonly links?: PieceLinks | undefined;
  readonly heldBytes?: number;
}

/** Loads sentence pairs, for a translator. */
export async function loadPairs(
  requested: TranslateConfig,
  reader: CorpusReader,
  watch?: Watch,
): Promise<TaskData<"translate">> {
  const { hashes, valid: allValid, size, learn, encode } = await load(requested, reader, watch);
  return {
    hash: hashes.train,
    validHash: hashes.valid,
    size,
    prepare: async (config, say, files, signal, watch) => {
      // Layers may have been fitted to the data since the configuration was read.
      refuseUnfitGuidance(config, "the configuration fitted to the data");
      const preparing = { config, say, signal, watch };
      const tokenizers = await learn(files ? readKnownTokenizers(files) : {}, preparing);
      const { pairs, texts, report, links, heldBytes } = await encode(tokenizers, preparing);
      const valid = await fittingPairs(allValid, tokenizers, config, nameOf(config.data.valid), signal);
      const tooLong = allValid.length - valid.length;
      if (tooLong > 0) say(`${tooLong} validation pairs are longer than model.maxLength and are left out`);
      return {
        report,
        tokens: pairs.tokens,
        ...(heldBytes === undefined ? {} : { heldBytes }),
        files: tokenizerFiles(tokenizers),
        open: (engine, weights, communicator) =>
          openTranslationTask({
            engine,
            config,
            tokenizers,
            train: pairs,
            ...(texts ? { texts } : {}),
            valid,
            ...(links ? { links } : {}),
            ...(weights ? { weights } : {}),
            communicator,
          }),
      };
    },
  };
}

async function load(requested: TranslateConfig, reader: CorpusReader, watch?: Watch): Promise<Loaded> {
  const spec = largeSpec(requested, reader);
  if (!spec || !reader.cache) return loadSmall(requested, reader, watch);
  const large = await openLarge(spec, reader, reader.cache, watch);
  const { pairs: valid, hash } = await loadSide(requested, "valid", reader, watch);
  return {
    hashes: { train: large.hash, valid: hash },
    valid,
    size: large.counts.size,
    learn: (known, preparing) => largeTokenizers(large, known, preparing),
    encode: async (tokenizers, preparing) => {
      const file = await encodeLarge(large, tokenizers, nameOf(requested.data.train), preparing);
      return { ...file, heldBytes: BYTES_HELD * file.pairs.size };
    },
  };
}

/** Of each pair in a file: lengths and number in the corpus, and its place in the plan of an epoch. */
const BYTES_HELD = 12;

async function loadSmall(requested: TranslateConfig, reader: CorpusReader, watch?: Watch): Promise<Loaded> {
  const { train, valid, hashes, links: known } = await loadCorpus(requested, reader, watch);
  return {
    hashes,
    valid,
    size: corpusSize("pairs", train, ({ source, target }) => [target, source]),
    learn: (known, { config, say, signal, watch }) =>
      trainTokenizers(config, train, say, signal, known, (done, total) => watch?.("vocabulary", done, total)),
    encode: async (tokenizers, { config, signal, watch }) => {
      const name = nameOf(config.data.train);
      const onProgress = (done: number, total: number): void => watch?.("encoding", done, total);
      const encoded = await encodeCorpus(train, tokenizers, config, name, signal, known, onProgress);
      const { examples, numbers, report, links } = encoded;
      const found = { pairs: pairsInMemory(examples, numbers), report, links };
      if (!config.training.bpeDropout) return found;
      return { ...found, texts: numbers.map((number) => train[number - 1] as SentencePair) };
    },
  };
}
