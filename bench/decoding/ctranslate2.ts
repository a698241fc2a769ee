/**
 * Claim: on one thread beam search writes as many tokens per second as CTranslate2 in float32, and 0.85 times as many in int8.
 *
 *   python -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt
 *   npx heed export runs/en-fr --to models/en-fr
 *   npx tsx bench/decoding/ctranslate2.ts --python .venv/bin/python --run runs/en-fr --folder models/en-fr [--source test.en] [--sentences 512] [--rounds 5] [--threads 2]
 *
 * The same weights, subwords and threads on both sides, beam 4, batches of 32; rounds alternate, and each waits while the
 * other works. The two normalise scores by length in their own ways, so the texts are not always the same.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";
import { openPeer } from "../peer.ts";
import { race, raceHead } from "./race.ts";
import { openTimed, readSentences, THREADS } from "./translator.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    run: { type: "string", default: "quickstart/run" },
    folder: { type: "string", default: "exported" },
    source: { type: "string" },
    sentences: { type: "string", default: "512" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: String(THREADS) },
  },
});
const [BEAM, BATCH] = [4, 32];
const threads = Number(values.threads);
const run = openRunOf(values.run, "translate");
const engine = await openEngine();
const sentences = readSentences(values.source, Number(values.sentences));
const { source } = run.tokenizers;
const pieces = sentences.map((text) => source.encode(text).map((id) => source.token(id)));
console.log(`${machine()}; ${threads} threads; tokens/s, medians of ${values.rounds} alternating rounds\n`);
console.log(raceHead("CTranslate2"));
for (const [name, quantize] of [
  ["float32", undefined],
  ["int8", "int8"],
] as const) {
  const ours = await openTimed(engine, run, sentences, {
    ...{ beam: BEAM, batch: BATCH, threads },
    ...(quantize ? { quantize } : {}),
  });
  const peer = await openPeer(values.python, "ctranslate2_translate.py", {
    ...{ folder: resolve(values.folder), sentences: pieces, compute: name, threads },
    ...{ beam: BEAM, batch: BATCH },
  });
  console.log(await race(`${name}, beam ${BEAM}, batch ${BATCH}`, ours, peer, Number(values.rounds)));
  ours.close();
  peer.close();
}
