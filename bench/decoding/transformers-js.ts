/**
 * Claim: greedy translation with 49 million weights is at least 1.3 times as fast as transformers.js sentence by sentence; with
 * models of a few million at least twice, in batches of 32 four times.
 *
 *   npx heed export runs/en-fr --to models/en-fr --quantize int8
 *   npx tsx bench/decoding/transformers-js.ts --run runs/en-fr --folder models/en-fr [--source test.en] [--sentences 512] [--rounds 5]
 *
 * The same weights, ids and threads on both sides, transformers.js on onnxruntime-node in a process of its own; rounds
 * alternate, and each waits while the other works. Its batches are sorted by length as ours are.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { chunks } from "../../src/data/chunks.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { race, raceHead } from "./race.ts";
import { openTimed, readSentences, THREADS } from "./translator.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "quickstart/run" },
    folder: { type: "string", default: "exported" },
    source: { type: "string" },
    sentences: { type: "string", default: "512" },
    rounds: { type: "string", default: "5" },
  },
});
const run = openRunOf(values.run, "translate");
const engine = await openEngine();
const sentences = readSentences(values.source, Number(values.sentences));
const ids = sentences.map((text) => run.tokenizers.source.encode(text)).sort((a, b) => a.length - b.length);
console.log(`${machine()}; ${THREADS} threads; tokens/s, medians of ${values.rounds} alternating rounds\n`);
console.log(raceHead("transformers.js"));
for (const [name, dtype, quantize] of [
  ["float32", "fp32", {}],
  ["int8", "q8", { quantize: "int8" }],
] as const) {
  for (const batch of [1, 32]) {
    const ours = await openTimed(engine, run, sentences, { beam: 1, batch, ...quantize });
    const peer = await openPeer(process.execPath, "transformers-js.mjs", {
      ...{ folder: resolve(values.folder), dtype, batches: chunks(ids, batch), threads: THREADS },
    });
    console.log(await race(`${name}, greedy, batch ${batch}`, ours, peer, Number(values.rounds)));
    ours.close();
    peer.close();
  }
}
