import type { Config } from "../config/schema.ts";
import type { TokenLossOptions } from "../models/token-loss.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** What a configuration adds to the loss of a model that writes pieces of a vocabulary. */
export function lossOptions(
  training: Pick<Config["training"], "labelSmoothing" | "rDrop"> & {
    readonly smoothOver?: string | undefined;
  },
  { special: { pad, unk, bos } }: Pick<Tokenizer, "special">,
): TokenLossOptions {
  const { labelSmoothing: smoothing, rDrop, smoothOver } = training;
  // Imported vocabularies may have one id for several of them.
  const spared = smoothOver === "pieces" ? [...new Set([pad, unk, bos])] : [];
  return { smoothing, spared, rDrop };
}
