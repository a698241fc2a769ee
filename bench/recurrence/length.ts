/**
 * Claim: on two cores an LSTM layer takes no more time than self-attention with its feed-forward layer, of the same width,
 * up to a few hundred words: what "parallel over all positions" gains, it gains where there is more to run in parallel.
 *
 *   npx tsx bench/recurrence/length.ts [--rounds 5] [--lengths 16,32,64,128,256,512]
 *
 * Forward and backward of one layer of 128, batches of 8: an LSTM, and multi-head attention with its feed-forward layer.
 * Alternating rounds, medians.
 */
import { parseArgs } from "node:util";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { EncoderLayer } from "../../src/models/transformer.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build, type Layer, layer } from "../../src/nn/layer.ts";
import { LstmCell, run, swapTime } from "../../src/nn/recurrent.ts";
import { mul, sum, zeros } from "../../src/ops/index.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState } from "../../src/runtime/state.ts";
import { machine, median } from "../machine.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    lengths: { type: "string", default: "16,32,64,128,256,512" },
  },
});
const [BATCH, DIM, TIMES] = [8, 128, 5];
const engine = openNativeEngine();
const layers: Record<string, Layer<(x: Value) => Value>> = {
  LSTM: layer(
    { cell: LstmCell(DIM, DIM) },
    ({ cell }) =>
      (x) =>
        run(cell, swapTime(x)).outputs,
  ),
  attention: layer(
    { block: EncoderLayer({ dModel: DIM, heads: 4, feedForward: 2 * DIM }) },
    ({ block }) =>
      (x) =>
        block(x, zeros("float32", [1])),
  ),
};

const steps = await Promise.all(Object.values(layers).map(open));
console.log(`${machine()}; medians of ${values.rounds} alternating rounds of ${TIMES}\n`);
console.log(`| length | ${Object.keys(layers).join(" ms | ")} ms |`);
console.log("|---|---|---|");
for (const length of values.lengths.split(",").map(Number)) {
  const times = steps.map((): number[] => []);
  for (const step of steps) await step(length);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, step] of steps.entries()) times[i]?.push(...(await step(length)));
  }
  console.log(`| ${[length, ...times.map((all) => median(all).toFixed(1))].join(" | ")} |`);
}

async function open(described: Layer<(x: Value) => Value>): Promise<(length: number) => Promise<number[]>> {
  const { call, parameters } = build(described);
  const x = input("x", "float32", [BATCH, "time", DIM]);
  const y = call(x);
  const loss = sum(mul(y, y));
  const weights = [...parameters.values()].map(({ value }) => value);
  const all = [loss, ...gradients(loss, [x, ...weights])];
  const outputs = Object.fromEntries(all.map((value, i) => [`y${i}`, value]));
  const step = await compile({ engine, state: createState(engine, initialise(parameters, 1)), outputs });
  return async (length) => {
    const data = Float32Array.from({ length: BATCH * length * DIM }, (_, i) => Math.sin(i));
    const times: number[] = [];
    for (let i = 0; i < TIMES; i++) {
      const began = performance.now();
      const found = await step({ x: { shape: [BATCH, length, DIM], data } });
      times.push(performance.now() - began);
      for (const tensor of Object.values(found)) tensor.dispose();
    }
    return times;
  };
}
