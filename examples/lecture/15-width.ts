/**
 * "The size of the embedding is a design decision, like the quality of a JPEG": loss, parameters and time by width.
 *
 *   npx tsx examples/lecture/15-width.ts
 */
import { learn } from "./learn.ts";
import { expectation, table } from "./table.ts";

const rows = [];
for (const width of [16, 32, 64, 128]) {
  const { loss, bleu, parameters, msPerStep } = await learn(
    `model.dModel=${width}`,
    `model.feedForward=${2 * width}`,
    "training.steps=200",
  );
  rows.push([`${width}`, loss, bleu, parameters, msPerStep]);
}
table(["width", "loss", "BLEU", "parameters", "ms per step"], rows);
expectation(
  "a wider model learns more from as many updates, and costs more: its matrices grow with the square of the\n" +
    "width, its vocabulary in proportion. (Milliseconds are those of the time when it learnt.)",
);
