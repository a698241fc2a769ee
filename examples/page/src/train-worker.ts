/** Trains a small network for the page: forward, backward and AdamW are one ONNX graph. */
import { build, compile, crossEntropy, input, Linear, layer, openEngine, type Value } from "heed";
import { softmax, tanh } from "heed/ops";
import { openTrainingStep, type TrainingStep } from "heed/training";

export type Learnt =
  | { readonly ready: string }
  | { readonly loss: number }
  | { readonly answers: readonly (readonly [left: number, right: number, answer: string])[] }
  | { readonly problem: string };

const UPDATES = 400;
const answer = (learnt: Learnt): void => self.postMessage(learnt);
const sayProblem = (error: Error): void => answer({ problem: error.message });

const network = layer(
  { inner: Linear(2, 16), outer: Linear(16, 2) },
  ({ inner, outer }) =>
    (x: Value): Value =>
      outer(tanh(inner(x))),
);
const points = input("points", "float32", ["batch", 2]);
const classes = input("classes", "int32", ["batch"]);
const rows = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;
const batch = {
  points: { shape: [4, 2], data: Float32Array.from(rows.flat()) },
  classes: { shape: [4], data: Int32Array.of(0, 1, 1, 0) },
};

async function train(step: TrainingStep): Promise<void> {
  for (let update = 1; update <= UPDATES; update++) {
    const { loss } = await step.run(update, 0.02, [batch]);
    if (update === 1 || update % 50 === 0) answer({ loss });
  }
}

const engine = openEngine();

/** What the trained network says. */
async function ask({ state }: TrainingStep): Promise<void> {
  const outputs = { shares: softmax(build(network).call(points)) };
  const run = await compile({ engine: await engine, state, outputs });
  const { shares } = await run({ points: batch.points });
  const values = (await shares.read()) as Float32Array;
  answer({
    answers: rows.map(([left, right], i) => [left, right, `${Math.round(100 * (values[2 * i + 1] ?? 0))} %`]),
  });
  run.close();
}

engine.then(({ description }) => answer({ ready: description })).catch(sayProblem);

self.addEventListener("message", async () => {
  try {
    const step = await openTrainingStep({
      engine: await engine,
      seed: 1,
      model: network,
      objective: (classify) => crossEntropy(classify(points), classes),
    });
    await train(step);
    await ask(step);
    step.close();
  } catch (error) {
    sayProblem(error as Error);
  }
});
