import { z } from "zod";

/** Kinds of values that many keys share. */
export const count = (min = 1): z.ZodInt => z.int().min(min);
/** A size of vectors: nothing larger could be allocated beside another of its kind. */
export const size = (): z.ZodInt => count().max(2 ** 16);
export const share = z.number().min(0).lt(1);
export const file = z.string().min(1);

/** Keys of every model. */
export const sizes = {
  layers: count().max(1000).default(3).describe("layers; an encoder-decoder has as many in each half"),
  dModel: size().default(256).describe("size of each token's vector"),
};
export const dropout = share.default(0.1).describe("fraction of activations dropped; at least 0, below 1");
export const tieEmbeddings = z
  .boolean()
  .default(true)
  .describe("output projection = target embedding (= source embedding, if the vocabulary is shared)");
export const maxLength = count(2)
  .max(2 ** 20)
  .default(256)
  .describe("longest sentence, in tokens");
