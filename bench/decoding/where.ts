/**
 * Claim: of a beam search in batches, products with weights take half of the time or more at width 256 and 512, in 8 bits
 * a third or more; where else it goes.
 *
 *   npx tsx bench/decoding/where.ts [--d 128,256,512] [--batch 1,32] [--threads 1,2] [--quantize int8] [--rounds 5]
 *
 * Random models of 3 + 3 layers and 8,000 pieces, sources and translations of 24 tokens, beam 4. Printed are tokens a second;
 * the share of the time outside ONNX Runtime's sessions (searching, handing tensors over); and of the time in the kernels of a
 * step, by ONNX Runtime's profiler, the share of each kind.
 */
import { parseArgs } from "node:util";
import { beamSearch } from "../../src/decoding/beam.ts";
import { openStepper } from "../../src/decoding/stepper.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median } from "../machine.ts";
import { type Event, PRODUCTS, profiledSessions } from "../train-step/kernels.ts";
import { NEVER, randomSources, randomTranslator } from "./random-translator.ts";

const { values } = parseArgs({
  options: {
    d: { type: "string", default: "128,256,512" },
    batch: { type: "string", default: "1,32" },
    threads: { type: "string", default: "1,2" },
    quantize: { type: "string" },
    rounds: { type: "string", default: "5" },
  },
});
const [BEAM, LENGTH, START] = [4, 24, 2];
const quantize = values.quantize === "int8" ? "int8" : undefined;
const rounds = Number(values.rounds);
const numbers = (list: string): number[] => list.split(",").map(Number);

/**
 * Products with the output layer's weights and with those of other layers; attention; probabilities and the best tokens; states
 * reordered and made longer; steps and rounding of 8 bits.
 */
const kinds = ["output", "layers", "attention", "choosing", "states", "rounding", "rest"] as const;
type Kind = (typeof kinds)[number];

console.log(`${machine()}; beam ${BEAM}, ${quantize ?? "float32"}; medians of ${rounds} rounds\n`);
console.log(`| d | batch | threads | tokens/s | outside | ${kinds.join(" | ")} |`);
console.log(`|---|---|---|---|---|${kinds.map(() => "---|").join("")}`);
for (const dModel of numbers(values.d)) {
  const translator = randomTranslator({ dModel });
  for (const batch of numbers(values.batch)) {
    for (const threads of numbers(values.threads)) {
      const engine = openNativeEngine({ threads });
      const { times, inside } = await searched(engine, translator, batch);
      const outside = 1 - inside / times.reduce((sum, each) => sum + each, 0);
      const sessions = await profiledSessions(engine, (profiling) => searched(profiling, translator, batch));
      const [step = []] = sessions.sort((a, b) => b.length - a.length);
      const cells = [
        dModel,
        batch,
        threads,
        ((1000 * batch * LENGTH) / median(times)).toFixed(0),
        percent(outside),
      ];
      console.log(`| ${[...cells, ...shares(step, translator.vocabulary)].join(" | ")} |`);
    }
  }
}

/** Milliseconds of each search of a batch but the first, and those of them in sessions. */
async function searched(
  engine: Engine,
  { model, weights, vocabulary }: ReturnType<typeof randomTranslator>,
  batch: number,
): Promise<{ times: number[]; inside: number }> {
  let inside = 0;
  const load: Engine["load"] = async (bytes, options) => {
    const session = await engine.load(bytes, options);
    const run: typeof session.run = async (inputs, outputs) => {
      const began = performance.now();
      const results = await session.run(inputs, outputs);
      inside += performance.now() - began;
      return results;
    };
    return { run, close: () => session.close() };
  };
  const stepper = await openStepper({
    ...{ engine: { ...engine, load }, model, padding: 0, constants: weights, candidates: 2 * BEAM, quantize },
  });
  const sources = randomSources(batch, LENGTH, vocabulary);
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    if (round === 0) inside = 0;
    const began = performance.now();
    await beamSearch(stepper, sources, { beam: BEAM, start: START, end: NEVER, maxLength: () => LENGTH });
    if (round >= 0) times.push(performance.now() - began);
  }
  stepper.close();
  return { times, inside };
}

function shares(runs: readonly Event[][], vocabulary: number): string[] {
  const sums = new Map<Kind, number>();
  for (const event of runs.flat()) {
    if (event.cat !== "Node" || !event.name.endsWith("_kernel_time")) continue;
    const kind = kindOf(event, vocabulary);
    sums.set(kind, (sums.get(kind) ?? 0) + event.dur);
  }
  const total = [...sums.values()].reduce((sum, each) => sum + each, 0);
  return kinds.map((kind) => percent((sums.get(kind) ?? 0) / total));
}

function kindOf({ args }: Event, vocabulary: number): Kind {
  const op = args?.op_name ?? "";
  const shapeOf = (list = args?.input_type_shape): readonly number[] =>
    Object.values(list?.[0] ?? {})[0] ?? [];
  const isWide = (shape: readonly number[]): boolean =>
    shape.slice(1).reduce((a, b) => a * b, 1) === vocabulary;
  const [input, output] = [shapeOf(), shapeOf(args?.output_type_shape)];
  if (["Gemm", "FusedGemm", "MatMulIntegerToFloat"].includes(op)) return isWide(output) ? "output" : "layers";
  const isOfIndices = "int64" in (args?.input_type_shape?.[0] ?? {}) && op !== "Reshape" && op !== "Concat";
  if (isOfIndices) return "choosing";
  if (["TopK", "GatherND", "GatherElements", "Log"].includes(op) || isWide(input)) return "choosing";
  if (PRODUCTS.has(op) || op === "Softmax") return "attention";
  if (op === "Gather" || op === "Concat") return "states";
  if (["QuantizeLinear", "Abs", "ReduceMax", "Div"].includes(op)) return "rounding";
  return "rest";
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
