/** One rank that trains for so many steps with a changed configuration; writes what became of its weights into the folder RESULTS. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCommunicator } from "../../src/distributed/open-communicator.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { encodePair } from "../../src/tasks/translate/pairs.ts";
import { openTranslationTask } from "../../src/tasks/translate/training.ts";
import { trainTokenizer } from "../../src/text/train.ts";
import { tinyConfig } from "../training/tiny.ts";
import { pairs } from "./uneven.ts";

const [steps = "1", ...set] = process.argv.slice(2);
const communicator = await openCommunicator();
const engine = await openEngine("cpu", { threads: 1 });
const tokenizer = trainTokenizer(
  pairs.flatMap(({ source, target }) => [source, target]),
  { kind: "word", vocab: 40 },
);
const tokenizers = { source: tokenizer, target: tokenizer };
const learner = await openTranslationTask({
  engine,
  config: tinyConfig(
    "none.tsv",
    "model.dropout=0",
    "training.batchTokens=90",
    "training.validBleu=70",
    ...set,
  ),
  tokenizers,
  train: pairs.map((pair) => encodePair(pair, tokenizers)),
  valid: pairs.slice(0, 80),
  communicator,
});
const losses: number[] = [];
/** Target tokens of this rank's part, at each step. */
const own: number[] = [];
for (let epoch = 0; losses.length < Number(steps); epoch++) {
  for await (const { feeds } of learner.batches(epoch, 0)) {
    const weight = feeds?.labelWeight as { data: Float32Array } | undefined;
    own.push(weight?.data.reduce((sum, each) => sum + each, 0) ?? 0);
    losses.push((await learner.step.run(losses.length + 1, 0.01, [feeds])).loss);
    if (losses.length === Number(steps)) break;
  }
}
await learner.step.settle?.();
const hash = createHash("sha256");
const weights: number[] = [];
for (const name of learner.step.weights) {
  const { data } = await learner.step.state.read(name);
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  weights.push(...Array.from(data as Float32Array).slice(0, 8));
}
const { loss, scores } = (await learner.validate(undefined)) ?? {};
const result = { losses, own, hash: hash.digest("hex"), weights, valid: { loss, ...scores } };
// Launchers mix the lines of ranks when they are long.
writeFileSync(join(process.env.RESULTS ?? ".", `${communicator.rank}.json`), JSON.stringify(result));
learner.close();
await communicator.close();
