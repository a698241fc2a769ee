/**
 * "You will have to be transposing in multiple places … otherwise the application will not work": every tensor of a
 * Transformer with its axes, for 2 sentences of 5 words and translations of 4.
 *
 *   npx tsx examples/lecture/43-shapes.ts
 */
import { build, input, Transformer } from "heed";
import { topological } from "heed/ir";
import { splitTap, tapAxes } from "heed/nn";
import { linear } from "heed/ops";
import { expectation, table } from "./table.ts";

const [BATCH, SOURCE, TARGET, VOCABULARY] = [2, 5, 4, 100];
const model = build(
  Transformer({
    ...{ sourceVocabulary: VOCABULARY, targetVocabulary: VOCABULARY, tie: "all", positions: "sinusoidal" },
    ...{ encoderLayers: 1, decoderLayers: 1, dModel: 32, heads: 4, feedForward: 64, maxLength: 16 },
  }),
);
const source = input("source", "int32", [BATCH, SOURCE]);
const mask = input("mask", "float32", [BATCH, SOURCE]);
const memory = model.call.remember(model.call.encode(source, mask), mask);
const { hidden } = model.call.decode(input("target", "int32", [BATCH, TARGET]), memory);
const logits = linear(hidden, model.call.projection);

const rows = [...model.taps].map(([path, { shape }]) => {
  const [, name] = splitTap(path);
  return [path, tapAxes[name].map((axis, i) => `${axis} ${shape[i]}`).join(" · ")];
});
table(["tap", "axes"], [...rows, ["logits", `batch ${BATCH} · length ${TARGET} · vocabulary ${VOCABULARY}`]]);

const nodes = topological([logits]);
const count = (name: string): number => nodes.filter(({ op }) => op.name === name).length;
console.log(
  `\n${nodes.length} operations: ${count("transpose")} transpose, ${count("reshape")} reshape, ${count("matmul") + count("linear")} multiply matrices`,
);
expectation(
  "the width 32 comes back after every layer, so layers stack. Inside attention it is 4 heads of 8, and for\n" +
    "that the axes are transposed: queries, keys, values and outputs of the 3 attentions make 12, and each Q Kᵀ turns its keys.",
);
