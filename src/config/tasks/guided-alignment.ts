import { z } from "zod";
import { count, file } from "../keys.ts";

/** The value of `links` that stands for the links of the phrasebook rather than for a file. */
export const PHRASEBOOK = "phrasebook";

/** The section `training.guidedAlignment`; without it, attention learns from the translations alone. */
export const guidedAlignment = z
  .strictObject({
    links: file.describe(
      "Pharaoh file with a line of links i-j for each training pair, words counted from 0; phrasebook: its own links",
    ),
    weight: z
      .number()
      .positive()
      .max(100)
      .default(0.05)
      .describe("factor on the alignment loss, in nats per linked target token; above 0, at most 100"),
    layer: z
      .union([count(), z.literal("last")])
      .default("last")
      .describe("decoder layer whose attention is guided, from 1, or last"),
    head: z
      .union([count(), z.literal("mean")])
      .default(1)
      .describe("its head that is guided, from 1, or mean for the mean of all; other heads stay free"),
  })
  .describe("teach one head to look where known word links point; default none");

export type GuidedAlignment = z.output<typeof guidedAlignment>;
