/**
 * Claim: moments as the papers have them cost less than 3 % of a step more than moments kept as growing sums, which need
 * fewer passes over the memory, a kernel of their own and a renewal every few hundred steps.
 *
 *   npx tsx bench/train-step/moments.ts [--rounds 12] [--sizes 0,1,2]
 *
 * The update of AdamW alone, on all weights of a model: Heed's, and the rule that Heed had before, written as ONNX.
 * They take turns. Measured is the time of the processor on one thread, which a busy machine changes least; beside it
 * stands that of a whole step.
 */
import { parseArgs } from "node:util";
import { input } from "../../src/ir/leaf.ts";
import type { Value } from "../../src/ir/value.ts";
import { build } from "../../src/nn/layer.ts";
import { encodeModel, type OnnxNode, type OnnxValueInfo } from "../../src/onnx/proto.ts";
import { compile } from "../../src/runtime/compile.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState } from "../../src/runtime/state.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { adamw, optimiser } from "../../src/training/optimiser.ts";
import { machine, median, spread } from "../machine.ts";
import { modelOf, openHeedStep, type Size, sizeAt } from "./heed-step.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "12" },
    steps: { type: "string", default: "3" },
    sizes: { type: "string", default: "0,1,2" },
  },
});
const native = openNativeEngine();
const engine: Engine = {
  ...native,
  load: (bytes, options) => native.load(bytes, { ...options, threads: 1 }),
};

interface Update {
  readonly run: () => Promise<unknown>;
  readonly close: () => void;
}
type Shapes = readonly (readonly [path: string, shape: readonly number[]])[];

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const filled = (shape: readonly number[], value: number): Tensor =>
  engine.tensor("float32", shape, new Float32Array(elements(shape)).fill(value));

/** The optimiser as training has it, each gradient an input. */
async function ordinary(size: Size, shapes: Shapes): Promise<Update> {
  const weights = build(modelOf(size, 0)).parameters;
  const gradients = shapes.map(([path, shape]) => [`gradient.${path}`, shape] as const);
  const trained = shapes.map(([path, shape]) => ({
    path,
    value: weights.get(path)?.value as Value,
    gradient: input(`gradient.${path}`, "float32", shape),
  }));
  const {
    updates,
    state: moments,
    feeds,
  } = optimiser(adamw, trained, { scale: input("scale", "float32", []) });
  const state = createState(
    engine,
    [...trained.map(({ value }) => value), ...moments].map(({ node, shape }) => [
      (node.attrs as { name: string }).name,
      { dtype: "float32", shape: shape as readonly number[] },
    ]),
  );
  const program = await compile({ engine, state, outputs: {}, updates });
  const fed = Object.fromEntries(gradients.map(([name, shape]) => [name, filled(shape, 1e-3)]));
  return {
    run: () => program({ ...fed, ...feeds(1, 1e-4), scale: 0.5 }),
    close: () => {
      program.close();
      state.dispose();
    },
  };
}

/**
 * M = m / β^k, of which a step makes M + g / β^k: a convolution with a kernel of one element, added to what its output
 * already holds. The scalars hold the powers of β.
 */
async function sums(_: Size, shapes: Shapes): Promise<Update> {
  const scalars = ["scale", "first", "second", "rate", "epsilon", "decay"];
  const one = (name: string): OnnxValueInfo => ({ name, dtype: "float32", shape: [1, 1, 1] });
  const node = (opType: string, inputs: string[], output: string): OnnxNode => ({
    opType,
    inputs,
    outputs: [output],
  });
  const addScaled = (y: string, s: string, x: string, output: string): OnnxNode => ({
    ...node("FusedConv", [x, s, "", y], output),
    domain: "com.microsoft",
    attributes: { kernel_shape: { type: "ints", value: [1] } },
  });
  const entries = shapes.flatMap(([path, shape]) =>
    ["p", "g", "m", "v"].map((what) => ({
      name: `${what} ${path}`,
      dtype: "float32" as const,
      shape: [1, 1, elements(shape)],
    })),
  );
  const isUpdated = ({ name }: OnnxValueInfo): boolean => !name.startsWith("g ");
  const graph = {
    name: "sums",
    initializers: [],
    inputs: [...scalars.map(one), ...entries],
    outputs: entries.filter(isUpdated).map((entry) => ({ ...entry, name: `${entry.name}/next` })),
    nodes: [
      node("Mul", ["first", "scale"], "first scaled"),
      node("Mul", ["second", "scale"], "second scaled"),
      node("Mul", ["second scaled", "scale"], "second twice scaled"),
      ...shapes.flatMap(([path]) => [
        addScaled(`m ${path}`, "first scaled", `g ${path}`, `m ${path}/next`),
        node("Mul", [`g ${path}`, `g ${path}`], `square ${path}`),
        addScaled(`v ${path}`, "second twice scaled", `square ${path}`, `v ${path}/next`),
        node("Sqrt", [`v ${path}/next`], `root ${path}`),
        node("Add", [`root ${path}`, "epsilon"], `spread ${path}`),
        node("Div", [`m ${path}/next`, `spread ${path}`], `change ${path}`),
        addScaled(`change ${path}`, "decay", `p ${path}`, `whole ${path}`),
        addScaled(`p ${path}`, "rate", `whole ${path}`, `p ${path}/next`),
      ]),
    ],
  };
  const session = await engine.load(encodeModel({ graph }));
  const held = new Map(
    entries.map(({ name, shape }) => [name, filled(shape, name.startsWith("g ") ? 1e-3 : 0)]),
  );
  const fed = new Map([...scalars.map((name) => [name, filled([1, 1, 1], 1e-4)] as const), ...held]);
  const written = new Map(entries.filter(isUpdated).map(({ name }) => [`${name}/next`, held.get(name)]));
  return {
    run: () => session.run(fed, written),
    close: () => {
      session.close();
      for (const tensor of fed.values()) tensor.dispose();
    },
  };
}

/** Milliseconds of the processor. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const { user, system } = process.cpuUsage();
  await run();
  const spent = process.cpuUsage({ user, system });
  return (spent.user + spent.system) / 1000;
}

async function compare(size: Size): Promise<void> {
  const step = await openHeedStep(engine, size, 0);
  await step.run();
  const whole: number[] = [];
  for (let i = 0; i < Number(values.steps); i++) whole.push(await timed(() => step.run()));
  step.close();
  const shapes: Shapes = Array.from(build(modelOf(size, 0)).parameters, ([path, { spec }]) => [
    path,
    spec.shape,
  ]);
  const matrices = shapes.filter(([, shape]) => shape.length > 1);
  const updates = [await ordinary(size, matrices), await sums(size, matrices)];
  const times: number[][] = updates.map(() => []);
  for (const { run } of updates) await run();
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [i, { run }] of updates.entries()) times[i]?.push(await timed(run));
  for (const { close } of updates) close();
  const [ours = [], theirs = []] = times;
  const cell = (of: readonly number[]): string => `${median(of).toFixed(1)} (${spread(of)})`;
  const share = (of: (all: readonly number[]) => number): string =>
    `${((100 * (of(ours) - of(theirs))) / of(whole)).toFixed(1)} %`;
  const best = (all: readonly number[]): number => Math.min(...all);
  console.log(
    `| ${size.name} | ${cell(whole)} | ${cell(ours)} | ${cell(theirs)} | ${share(median)} | ${share(best)} |`,
  );
}

console.log(`${machine()}; one thread, ${values.rounds} alternating rounds\n`);
console.log("| size | a step, ms of the processor | ordinary update | sums | of a step, medians | bests |");
console.log("|---|---|---|---|---|---|");
for (const index of values.sizes.split(",")) await compare(sizeAt(index));
