import { z } from "zod";

/** Sorts of values that many keys have. */
export const count = (min = 1): z.ZodInt => z.int().min(min);
export const share = z.number().min(0).lt(1);
export const file = z.string().min(1);

/** Keys of every model. */
export const sizes = {
  layers: count().default(3).describe("layers; of an encoder-decoder in each"),
  dModel: count().default(256).describe("size of a token's vector"),
};
export const dropout = share.default(0.1).describe("share of activations dropped; 0 to below 1");
export const tieEmbeddings = z
  .boolean()
  .default(true)
  .describe("output projection = target embedding (= source, if shared)");
export const maxLength = count(2).default(256).describe("longest sentence, in tokens");
