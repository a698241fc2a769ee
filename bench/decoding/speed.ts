/**
 * Claim: on two cores a Transformer of d 256, 3 + 3 layers and 8,000 pieces decodes thousands of tokens a second.
 *
 *   npx tsx bench/decoding/speed.ts [--rounds 5] [--length 24] [--batch 1,32]
 *
 * Target tokens a second (of the best hypothesis), greedy and beam 4; sources and targets of `length` tokens. Medians,
 * and the best round: on a busy machine that one says more.
 */
import { parseArgs } from "node:util";
import { beamSearch } from "../../src/decoding/beam.ts";
import { openGreedy } from "../../src/decoding/greedy.ts";
import { openStepper } from "../../src/decoding/stepper.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { machine, median } from "../machine.ts";
import { NEVER, randomSources, randomTranslator } from "./random-translator.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    length: { type: "string", default: "24" },
    batch: { type: "string", default: "1,32" },
    model: { type: "string", default: "256" },
  },
});
const length = Number(values.length);
const { model, weights, vocabulary } = randomTranslator({ dModel: Number(values.model) });
const engine = openNativeEngine();
console.log(`${machine()}; ${values.rounds} rounds\n`);
console.log("| | batch | tokens/s, median | best |\n|---|---|---|---|");
for (const beam of [1, 4]) {
  const common = { engine, model, padding: 0, constants: weights };
  const searched =
    beam === 1
      ? await openGreedy({ ...common, end: NEVER })
      : await openStepper({ ...common, candidates: 2 * beam });
  for (const batch of values.batch.split(",").map(Number)) {
    const sources = randomSources(batch, length, vocabulary);
    const options = { start: 2, maxLength: (): number => length };
    const speeds: number[] = [];
    for (let round = 0; round <= Number(values.rounds); round++) {
      const began = performance.now();
      await ("search" in searched
        ? searched.search(sources, options)
        : beamSearch(searched, sources, { ...options, beam, end: NEVER }));
      if (round > 0) speeds.push((1000 * batch * length) / (performance.now() - began));
    }
    const [middle, most] = [median(speeds), Math.max(...speeds)].map(Math.round);
    console.log(`| ${beam === 1 ? "greedy" : `beam ${beam}`} | ${batch} | ${middle} | ${most} |`);
  }
  searched.close();
}
