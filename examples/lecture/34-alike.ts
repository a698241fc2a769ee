/**
 * "What if heads end up the same?" Heads that start identical get the same gradients and stay identical; random
 * ones differ. Cosine similarity between the heads' query matrices after training.
 *
 *   npx tsx examples/lecture/34-alike.ts
 */
import { learn } from "./learn.ts";
import { expectation, table } from "./table.ts";

const HEADS = 4;
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

const rows = [];
for (const start of ["random", "identical", "zero"]) {
  const { loss, bleu, weights } = await learn(`model.headInit=${start}`, "training.steps=200");
  const matrix = weights.get("encoder.0.attention.query.weight")?.data as Float32Array;
  const size = matrix.length / HEADS;
  const heads = Array.from({ length: HEADS }, (_, h) => matrix.slice(h * size, (h + 1) * size));
  const pairs = heads.flatMap((a, i) =>
    heads.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))),
  );
  const mean = pairs.reduce((a, b) => a + b, 0) / pairs.length;
  rows.push([start, Number.isNaN(mean) ? "still 0" : mean, loss, bleu]);
}
table(["heads start", "similarity", "loss", "BLEU"], rows);
expectation(
  "heads that start equal get equal gradients and stay equal (similarity 1): four heads then do the work of one.\n" +
    "Random ones differ from the start and never meet.",
);
