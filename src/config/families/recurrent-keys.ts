import { z } from "zod";
import { feedingAttentions, recurrentAttentionNames } from "../../models/recurrent-attention.ts";
import { dropout, maxLength, size, sizes, tieEmbeddings } from "../keys.ts";
import { familyKinds } from "./kinds.ts";

const cells = {
  kind: z.enum(familyKinds.recurrent).describe("kind of network"),
  ...sizes,
  hidden: size().default(512).describe("size of a layer's state, summed over both directions"),
  dropout,
};
const bidirectional = z.boolean().default(true).describe("also read backwards; `hidden` must then be even");

/** Keys of a recurrent network, per task. */
export const recurrentKeys = {
  translate: z.strictObject({
    ...cells,
    bidirectional,
    attention: z
      .enum(recurrentAttentionNames)
      .default("additive")
      .describe(
        "how the decoder attends to the source: none (one summary), additive (Bahdanau), others (Luong)",
      ),
    inputFeeding: z
      .boolean()
      .default(false)
      .describe(`feed each step's output into the next; needs attention ${feedingAttentions.join(", ")}`),
    tieEmbeddings,
    maxLength,
  }),
  generate: z.strictObject({ ...cells, tieEmbeddings }),
  classify: z.strictObject({ ...cells, bidirectional }),
};
