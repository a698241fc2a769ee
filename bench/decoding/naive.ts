/**
 * Claim: greedy search over 40 tokens is at least 3 times faster than the naive way, in which every step reads the whole
 * prefix again (no cache), with the weights as inputs of the graph.
 *
 *   npx tsx bench/decoding/naive.ts [--rounds 3] [--batch 1,8] [--length 40]
 *
 * The naive way may keep what the encoder said; both sides give the same tokens, which is checked. Alternating rounds;
 * medians of tokens a second, and their ratio.
 */
import { parseArgs } from "node:util";
import { openGreedy } from "../../src/decoding/greedy.ts";
import { input } from "../../src/ir/leaf.ts";
import { build } from "../../src/nn/layer.ts";
import { cast, equal, flattenLead, linear, sub, topK } from "../../src/ops/index.ts";
import { compile } from "../../src/runtime/compile.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { createState } from "../../src/runtime/state.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { machine, median } from "../machine.ts";
import { NEVER, randomSources, randomTranslator } from "./random-translator.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    batch: { type: "string", default: "1,8" },
    length: { type: "string", default: "40" },
  },
});
const [length, START] = [Number(values.length), 2];
const { model, weights, vocabulary } = randomTranslator();
const engine = openNativeEngine();
const greedy = await openGreedy({ engine, model, padding: 0, constants: weights, end: NEVER });
const naive = await openNaive();

console.log(`${machine()}; ${length} tokens, ${values.rounds} alternating rounds\n`);
console.log("| batch | naive tokens/s | Heed tokens/s | ratio |\n|---|---|---|---|");
for (const batch of values.batch.split(",").map(Number)) {
  const sources = randomSources(batch, length, vocabulary);
  const search = async (): Promise<number[][]> => {
    const found = await greedy.search(sources, { start: START, maxLength: () => length });
    return found.map(([first]) => [...(first?.ids ?? [])]);
  };
  const sides = [() => naive(sources), search];
  const [slow, fast] = [await naive(sources), await search()];
  if (JSON.stringify(slow) !== JSON.stringify(fast)) throw new Error("the two ways give different tokens");
  const speeds = sides.map((): number[] => []);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [i, side] of sides.entries()) {
      const began = performance.now();
      await side();
      speeds[i]?.push((1000 * batch * length) / (performance.now() - began));
    }
  }
  const [a = 0, b = 0] = speeds.map(median);
  console.log(`| ${batch} | ${a.toFixed(0)} | ${b.toFixed(0)} | ${(b / a).toFixed(1)} |`);
}

async function openNaive(): Promise<(sources: readonly Int32Array[]) => Promise<number[][]>> {
  const { call, parameters } = build(model);
  const state = createState(engine, weights);
  const source = input("source", "int32", ["batch", "source"]);
  const mask = sub(1, cast(equal(source, 0), "float32"));
  const encode = await compile({ engine, state, outputs: { states: call.encode(source, mask).states } });
  const states = input("states", "float32", ["batch", "source", 256]);
  const target = input("target", "int32", ["batch", "target"]);
  const { hidden } = call.decode(target, call.remember({ states }, mask));
  const { indices } = topK(linear(flattenLead(hidden), call.projection), 1);
  const decode = await compile({ engine, state, outputs: { indices } });
  if (parameters.size !== weights.size) throw new Error("weights are missing");
  return async (sources) => {
    const feed = {
      shape: [sources.length, length],
      data: Int32Array.from(sources.flatMap((ids) => [...ids])),
    };
    const encoded = await encode({ source: feed });
    const rows: number[][] = sources.map(() => [START]);
    for (let step = 1; step <= length; step++) {
      const prefixes = { shape: [rows.length, step], data: Int32Array.from(rows.flat()) };
      const found = await decode({ source: feed, states: encoded.states as Tensor, target: prefixes });
      const best = (await found.indices.read()) as Int32Array;
      for (const [i, row] of rows.entries()) row.push(best[i * step + step - 1] as number);
      found.indices.dispose();
    }
    encoded.states?.dispose();
    return rows.map((row) => row.slice(1));
  };
}
