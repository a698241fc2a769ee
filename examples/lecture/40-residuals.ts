/**
 * "Residual connections: against vanishing gradients, faster learning, people still don't know why": six encoder layers
 * with and without skip connections: the gradient norm of each layer at the first update, and the result of training.
 *
 *   npx tsx examples/lecture/40-residuals.ts
 */
import { learn } from "./learn.ts";
import { expectation, table } from "./table.ts";

const rows = [];
for (const norm of ["pre", "post"]) {
  for (const without of ["[]", "[residuals]"]) {
    const deep = [
      "training.statistics=1",
      "training.steps=150",
      "model.layers=1",
      "model.encoderLayers=6",
      `model.norm=${norm}`,
      `model.without=${without}`,
    ];
    const { loss, bleu, layerGradients } = await learn(...deep);
    rows.push([
      `${norm}-norm, ${without === "[]" ? "with" : "without"}`,
      ...[0, 1, 2, 3, 4, 5].map((at) => layerGradients[`encoder.${at}`] ?? Number.NaN),
      loss,
      bleu,
    ]);
  }
}
const layers = [1, 2, 3, 4, 5, 6].map((n) => `∇ layer ${n}`);
table(["residuals", ...layers, "loss", "BLEU"], rows);
expectation(
  "with the way around, the first layer gets as large a gradient as the last; without it (pre-norm) the gradient\n" +
    "shrinks on the way down; norms after each sum restore its size. After as many updates less is learnt without.",
);
