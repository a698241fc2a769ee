/**
 * "Parallel over all positions": the time of a training step of one recurrent layer and one self-attention layer, by text
 * length. The first runs step by step; the second computes n² scores at once, which gains little on two cores.
 *
 *   npx tsx examples/lecture/21-parallel.ts
 */
import { build, compile, gradients, input, type Layer, openEngine, type Value } from "heed";
import { EncoderLayer } from "heed/models";
import { initialise, LstmCell, layer, run } from "heed/nn";
import { mul, sum, transpose, zeros } from "heed/ops";
import { createState } from "heed/runtime";
import { expectation, table } from "./table.ts";

const engine = await openEngine("cpu"); // all threads
const [BATCH, DIM] = [8, 128];
const layers: Record<string, Layer<(x: Value) => Value>> = {
  LSTM: layer(
    { cell: LstmCell(DIM, DIM) },
    ({ cell }) =>
      (x) =>
        run(cell, transpose(x, [1, 0, 2])).outputs,
  ),
  "self-attention": layer(
    { block: EncoderLayer({ dModel: DIM, heads: 4, feedForward: 2 * DIM }) },
    ({ block }) =>
      (x) =>
        block(x, zeros("float32", [1])),
  ),
};
const lengths = (process.env.LENGTHS ?? "16,32,64,128,256").split(",").map(Number);

const rows = lengths.map((length): (string | number)[] => [`${length}`]);
for (const description of Object.values(layers)) {
  const { call, parameters } = build(description);
  const x = input("x", "float32", [BATCH, "time", DIM]);
  const y = call(x);
  const loss = sum(mul(y, y));
  const weights = [...parameters.values()].map(({ value }) => value);
  const outputs = Object.fromEntries([loss, ...gradients(loss, weights)].map((value, i) => [`y${i}`, value]));
  const state = createState(engine, initialise(parameters, 1));
  const step = await compile({ engine, state, outputs });
  for (const [row, length] of lengths.entries()) {
    const data = Float32Array.from({ length: BATCH * length * DIM }, (_, i) => Math.sin(i));
    const times: number[] = [];
    for (let i = 0; i < 12; i++) {
      const start = performance.now();
      const results = await step({ x: { shape: [BATCH, length, DIM], data } });
      times.push(performance.now() - start);
      for (const tensor of Object.values(results)) tensor.dispose();
    }
    rows[row]?.push(times.sort((a, b) => a - b)[4] ?? 0);
  }
  step.close();
}
table(["length", ...Object.keys(layers).map((name) => `${name}, ms`)], rows);
expectation(
  "the recurrent layer takes twice as long for twice the words, step after step. Attention is faster for short\n" +
    "texts; its n² scores catch up as texts grow, unless more processors share them.",
);
