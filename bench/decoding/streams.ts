/**
 * Claim: many batches are decoded faster side by side, on one thread each, than one after the other on all cores, and with
 * two for every core faster still; few are not.
 *
 *   npx tsx bench/decoding/streams.ts [--rounds 3] [--sentences 512]
 *
 * Sentences of 4 to 24 tokens, greedy and beam 4. Alternating rounds, medians of sentences a second.
 */
import { parseArgs } from "node:util";
import { beamSearch } from "../../src/decoding/beam.ts";
import { openGreedy } from "../../src/decoding/greedy.ts";
import { batchesByTokens } from "../../src/decoding/packing.ts";
import { openStepper } from "../../src/decoding/stepper.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { physicalCores } from "../../src/runtime/threads.node.ts";
import { machine, median } from "../machine.ts";
import { NEVER, randomSources, randomTranslator } from "./random-translator.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, sentences: { type: "string", default: "512" } },
});
const { model, weights, vocabulary } = randomTranslator();
const engine = openNativeEngine();
const cores = physicalCores();
const sources = randomSources(Number(values.sentences), 24, vocabulary).map((ids, i) =>
  ids.slice(0, 4 + (i % 21)),
);
const batches = batchesByTokens(sources.length, (i) => sources[i]?.length ?? 0, {
  sentences: 32,
  tokens: 2048,
});
console.log(
  `${machine()}; ${sources.length} sentences in ${batches.length} batches, ${values.rounds} alternating rounds\n`,
);
console.log(
  `| | 1 stream, ${cores} threads | ${cores} streams, 1 thread each | ${2 * cores} streams |\n|---|---|---|---|`,
);
for (const beam of [1, 4]) {
  const ways = [
    { streams: 1, threads: cores },
    { streams: cores, threads: 1 },
    { streams: 2 * cores, threads: 1 },
  ];
  const runs = await Promise.all(
    ways.map(async ({ streams, threads }) => {
      const options = { engine, model, padding: 0, constants: weights, session: { threads } };
      const how = { start: 2, maxLength: (n: number): number => n };
      const stepper =
        beam === 1
          ? await openGreedy({ ...options, end: NEVER })
          : await openStepper({ ...options, candidates: 2 * beam });
      return async () => {
        const waiting = [...batches];
        const work = async (): Promise<void> => {
          for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
            const chosen = batch.map((i) => sources[i] as Int32Array);
            await ("search" in stepper
              ? stepper.search(chosen, how)
              : beamSearch(stepper, chosen, { ...how, beam, end: NEVER }));
          }
        };
        await Promise.all(Array.from({ length: streams }, work));
      };
    }),
  );
  const speeds = runs.map((): number[] => []);
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, run] of runs.entries()) {
      const began = performance.now();
      await run();
      if (round > 0) speeds[i]?.push((1000 * sources.length) / (performance.now() - began));
    }
  }
  const shown = speeds.map((all) => `${median(all).toFixed(0)} sentences/s`).join(" | ");
  console.log(`| ${beam === 1 ? "greedy" : `beam ${beam}`} | ${shown} |`);
}
