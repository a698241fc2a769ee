import { alignmentErrorRate } from "../../evaluation/alignment.ts";
import { type AlignedWords, openAligner } from "../../inspect/alignment/aligner.ts";
import {
  type AlignmentReading,
  chooseByGold,
  describeReading,
} from "../../inspect/alignment/alignment-reading.ts";
import { readBothRows } from "../../inspect/alignment/cross-attention.ts";
import { goldAlignment, type PhrasebookPair } from "../../phrasebook/phrasebook.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { DescribedTranslator } from "./task.ts";

export interface AlignedSample {
  readonly pair: PhrasebookPair;
  readonly aligned: AlignedWords;
}

export interface MeasuredAlignment {
  readonly aer: number;
  /** The same for the mean over all layers and heads, at the step that writes a word. */
  readonly averageAer: number;
  /** The layer, head and row that the weights come from. */
  readonly where: string;
  readonly samples: readonly AlignedSample[];
}

/**
 * The alignment error rate of cross-attention against the gold links of the test set. The row, layer, head and threshold
 * are chosen on the validation set.
 */
export async function measureAlignment(
  engine: Engine,
  {
    model,
    weights,
    tokenizers,
    config,
  }: DescribedTranslator & { readonly weights: ReadonlyMap<string, HostTensor> },
  { valid, test }: { valid: readonly PhrasebookPair[]; test: readonly PhrasebookPair[] },
): Promise<MeasuredAlignment> {
  const aligned = await readBothRows({ engine, model, weights, ...tokenizers }, valid);
  const { reading } = chooseByGold(aligned, valid.map(goldAlignment));
  const gold = test.map(goldAlignment);
  const align = async (read: AlignmentReading): Promise<AlignedWords[]> => {
    const { maxLength } = config.model;
    const aligner = await openAligner({ engine, model, weights, tokenizers, reading: read, maxLength });
    try {
      return await aligner.align(test);
    } finally {
      aligner.close();
    }
  };
  const aerOf = (all: readonly AlignedWords[]): number =>
    alignmentErrorRate(
      all.map(({ links }) => links),
      gold,
    ).aer;
  const chosen = await align(reading);
  const average = await align({ row: "output", layer: "mean", head: "mean", share: 1 });
  return {
    aer: aerOf(chosen),
    averageAer: aerOf(average),
    where: describeReading(reading),
    samples: chosen.map((words, i) => ({ pair: test[i] as PhrasebookPair, aligned: words })),
  };
}
