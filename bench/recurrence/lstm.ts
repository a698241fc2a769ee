/**
 * Claim: an LSTM's forward and backward pass as two ONNX Scans takes less time than the same steps unrolled, and than
 * PyTorch's LSTM on the same cores.
 *
 *   npx tsx bench/recurrence/lstm.ts --python .venv/bin/python [--rounds 6] [--lengths 10,20,40,80]
 *
 * One layer of 256, batches of 64; gradients of the input and of all weights. Alternating rounds, medians.
 */
import { parseArgs } from "node:util";
import { gradients } from "../../src/autodiff/gradients.ts";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { initialise } from "../../src/nn/initialise.ts";
import { build } from "../../src/nn/layer.ts";
import { type CellState, LstmCell, run, swapTime } from "../../src/nn/recurrent.ts";
import { concat, mul, reshape, slice, sum } from "../../src/ops/index.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState } from "../../src/runtime/state.ts";
import { machine, median } from "../machine.ts";
import { openPeer } from "../peer.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "6" },
    lengths: { type: "string", default: "10,20,40,80" },
  },
});
const SIZE = 256;
const BATCH = 64;
const STEPS = 5;
const engine = openNativeEngine();

console.log(`${machine()}; medians of ${values.rounds} alternating rounds of ${STEPS}\n`);
console.log(
  "| length | scan ms | unrolled ms | PyTorch ms | scan / PyTorch | open scan ms | open unrolled ms |",
);
console.log("|---|---|---|---|---|---|---|");
for (const length of values.lengths.split(",").map(Number)) {
  const scan = await open(length, (cell, x) => swapTime(run(cell, swapTime(x)).outputs));
  const unrolled = await open(length, unroll);
  const torch = await openPeer(values.python, "lstm.py", { size: SIZE, batch: BATCH, length, threads: 2 });
  const times = { scan: [] as number[], unrolled: [] as number[], torch: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    times.scan.push(...(await scan.run()));
    times.unrolled.push(...(await unrolled.run()));
    times.torch.push(...(await torch.run(STEPS)));
  }
  for (const one of [scan, unrolled, torch]) one.close();
  const cells = [times.scan, times.unrolled, times.torch].map((t) => median(t).toFixed(1));
  const ratio = (median(times.scan) / median(times.torch)).toFixed(2);
  const opened = [scan, unrolled].map(({ openMs }) => openMs.toFixed(0));
  console.log(`| ${[length, ...cells, ratio, ...opened].join(" | ")} | PyTorch ${torch.version}`);
}

type BoundCell = ReturnType<ReturnType<typeof LstmCell>["bind"]>;

/** The same network with every step written out. */
function unroll(cell: BoundCell, x: Value): Value {
  const projected = cell.project(swapTime(x));
  const length = x.shape[1] as number;
  let state: CellState = cell.start(BATCH);
  const outputs: Value[] = [];
  for (let t = 0; t < length; t++) {
    state = cell.step(reshape(slice(projected, 0, t, 1), [BATCH, 4 * SIZE]), state);
    outputs.push(reshape(state.h, [1, BATCH, SIZE]));
  }
  return swapTime(concat(outputs, 0));
}

async function open(length: number, outputsOf: (cell: BoundCell, x: Value) => Value) {
  const began = performance.now();
  const model = build(LstmCell(SIZE, SIZE));
  const x = input("x", "float32", [BATCH, length, SIZE]);
  const weight = input("weight", "float32", [BATCH, length, SIZE]);
  const loss = sum(mul(outputsOf(model.call, x), weight));
  const weights = [...model.parameters.values()].map(({ value }) => value);
  const grads = gradients(loss, [x, ...weights]);
  const state = createState(engine, initialise(model.parameters, 1));
  const outputs = Object.fromEntries([loss, ...grads].map((value, i) => [`y${i}`, value]));
  const program = await compile({ engine, state, outputs });
  const openMs = performance.now() - began;
  const shape = [BATCH, length, SIZE];
  const random = (): Float32Array =>
    Float32Array.from({ length: BATCH * length * SIZE }, () => Math.random() - 0.5);
  const feeds = { x: { shape, data: random() }, weight: { shape, data: random() } };
  const once = async (): Promise<number> => {
    const start = performance.now();
    const results = await program(feeds);
    const ms = performance.now() - start;
    for (const tensor of Object.values(results)) tensor.dispose();
    return ms;
  };
  for (let i = 0; i < 3; i++) await once();
  return {
    openMs,
    run: async (): Promise<number[]> => {
      const ms: number[] = [];
      for (let i = 0; i < STEPS; i++) ms.push(await once());
      return ms;
    },
    close: () => {
      program.close();
      state.dispose();
    },
  };
}
