/** One rank of the benches of this folder; prints milliseconds as JSON, rank 0 alone. */
import { alone } from "../../src/distributed/communicator.ts";
import { openCommunicator } from "../../src/distributed/open-communicator.node.ts";
import { sumOverRanks, type Wire } from "../../src/distributed/sum.ts";
import { translationObjective } from "../../src/models/objective.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { sumEntries } from "../../src/training/across-ranks.ts";
import { adamw } from "../../src/training/optimiser.ts";
import { openTrainingStep } from "../../src/training/step.ts";
import { batchOf, modelOf, sizeAt } from "../train-step/heed-step.ts";

const [what = "steps", times = "10", threads = "1", more = "float32"] = process.argv.slice(2);
const communicator = what === "alone" ? alone : await openCommunicator();
const { rank, size } = communicator;

async function timed(work: () => Promise<unknown>, warm = 3): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < Number(times) + warm; i++) {
    await communicator.barrier();
    const start = performance.now();
    await work();
    if (i >= warm) found.push(performance.now() - start);
  }
  return found;
}

/** Training steps at 3+3 layers of 256 with the rank's part of 64 sentences. */
async function steps(): Promise<number[]> {
  const whole = sizeAt("1");
  const part = { ...whole, batch: whole.batch / size };
  const step = await openTrainingStep({
    engine: openNativeEngine({ threads: Number(threads) }),
    seed: 1,
    clip: 1,
    optimiser: adamw,
    model: modelOf(whole, 0.1),
    objective: (model) => translationObjective(model, 0.1),
    communicator,
    wire: more as Wire,
  });
  let count = 0;
  const result = await timed(() => step.run(++count, 1e-4, [batchOf(part, part.length)]));
  step.close();
  return result;
}

/** Sums 12 million numbers, 48 MB, where they are. */
async function reduction(): Promise<number[]> {
  const numbers = new Float32Array(12e6).fill(1e-3);
  return timed(() => sumOverRanks(communicator, numbers, more as Wire));
}

/** Sums the gradients of the model, as a step does or after all have been copied into one array. */
async function gradients(): Promise<number[]> {
  const step = await openTrainingStep({
    engine: openNativeEngine({ threads: 1 }),
    seed: 1,
    model: modelOf(sizeAt("1"), 0),
    objective: (model) => translationObjective(model, 0.1),
    communicator,
  });
  const { state } = step;
  const names = state.names.filter((name) => name.startsWith("accumulated."));
  if (more === "overlapping") return timed(() => sumEntries(state, names, communicator, "float32"));
  const flat = new Float32Array(
    names.reduce((sum, name) => sum + state.type(name).shape.reduce((n, each) => n * each, 1), 0),
  );
  return timed(async () => {
    const entries = await Promise.all(
      names.map(async (name) => (await state.current(name).read()) as Float32Array),
    );
    let at = 0;
    for (const entry of entries) {
      flat.set(entry, at);
      at += entry.length;
    }
    await communicator.allReduce(flat, "sum");
    at = 0;
    for (const entry of entries) {
      entry.set(flat.subarray(at, at + entry.length));
      at += entry.length;
    }
  });
}

const benches: Readonly<Record<string, () => Promise<number[]>>> = {
  alone: steps,
  steps,
  reduction,
  gradients,
};
const found = await benches[what]?.();
if (rank === 0) console.log(JSON.stringify(found));
await communicator.close();
