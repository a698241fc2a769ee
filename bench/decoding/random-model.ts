/**
 * A translator of any size with random weights, for races of speed where no trained one is at hand.
 *
 *   npx tsx bench/decoding/random-model.ts --to runs/random [--d 512] [--layers 6] [--sentences 32] [--tokens 24]
 *   npx heed export runs/random --to models/random
 *
 * Beside the run lies `source.txt`: sentences of exactly so many tokens, for `--source`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { writeRandomRun } from "./random-run.ts";

const { values } = parseArgs({
  options: {
    to: { type: "string", default: "runs/random" },
    d: { type: "string", default: "512" },
    layers: { type: "string", default: "6" },
    sentences: { type: "string", default: "32" },
    tokens: { type: "string", default: "24" },
  },
});
const { parameters, word } = writeRandomRun(values.to, {
  dModel: Number(values.d),
  layers: Number(values.layers),
});
const { source } = openRunOf(values.to, "translate").tokenizers;
const sentences: string[] = [];
for (let next = 0; sentences.length < Number(values.sentences); next++) {
  const words: string[] = [];
  while (source.encode(words.join(" ")).length < Number(values.tokens)) words.push(word(next++));
  const text = words.join(" ");
  if (source.encode(text).length === Number(values.tokens)) sentences.push(text);
}
writeFileSync(join(values.to, "source.txt"), `${sentences.join("\n")}\n`);
console.log(
  `${values.to}: ${(parameters / 1e6).toFixed(1)} million random weights; ${sentences.length} sentences`,
);
