/**
 * "Residual connections: against vanishing gradients, faster learning, people still don't know why": six layers with the
 * way around each sublayer, and without.
 *
 *   npx tsx examples/lecture/40-residuals.ts
 */
import { learn, table } from "./learn.ts";

const rows = [];
for (const norm of ["pre", "post"]) {
  for (const without of ["[]", "[residuals]"]) {
    const deep = ["model.layers=6", `model.norm=${norm}`, `model.without=${without}`];
    const { loss, bleu, gradientNorms } = await learn(...deep);
    rows.push([
      `${norm}-norm, ${without === "[]" ? "with" : "without"}`,
      gradientNorms.first,
      gradientNorms.mean,
      loss,
      bleu,
    ]);
  }
}
table(["residuals", "first gradient", "mean gradient", "loss", "BLEU"], rows);
