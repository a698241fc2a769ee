/**
 * Claim: the way from files to batches is never what a training run waits for: it makes pairs a hundred times as fast as
 * a step uses them up.
 *
 *   npx tsx bench/data/pipeline.ts [--pairs ../shared/data/tatoeba-eng-fra/train.tsv] [--rounds 3]
 *
 * Reading, vocabulary, encoding with filters, then one epoch of batches of 2,048 tokens; without the file, the phrasebook.
 */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseConfig } from "../../src/config/parse.ts";
import { makeBatch } from "../../src/data/batches.ts";
import { fileReader } from "../../src/data/corpus-reader.node.ts";
import { planEpoch } from "../../src/data/epoch-plan.ts";
import { trainTokenizers } from "../../src/tasks/learn-tokenizers.ts";
import { loadCorpus } from "../../src/tasks/translate/corpus.ts";
import { encodeCorpus, pairFeeds } from "../../src/tasks/translate/pairs.ts";
import { machine, median } from "../machine.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "../shared/data/tatoeba-eng-fra/train.tsv" },
    rounds: { type: "string", default: "3" },
  },
});
const isThere = existsSync(values.pairs);
const spec = isThere ? `{ pairs: ${values.pairs} }` : "{ corpus: phrasebook }";
const config = parseConfig(
  `data: { train: ${spec}, valid: { corpus: phrasebook } }\ntokenizer: { kind: bpe, vocab: 6000 }`,
  "pipeline",
);
if (config.task !== "translate") throw new Error("not a translation task");

const times = new Map<string, number[]>();
async function timed<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  times.set(stage, [...(times.get(stage) ?? []), performance.now() - start]);
  return result;
}

let pairs = 0;
let tokens = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const corpus = await timed("reading", () => loadCorpus(config, fileReader));
  pairs = corpus.train.length;
  const tokenizers = await timed("vocabulary of 6,000", () =>
    trainTokenizers(config, corpus.train, () => undefined),
  );
  const { examples } = await timed("encoding and filters", () =>
    encodeCorpus(corpus.train, tokenizers, config, "train"),
  );
  await timed("batches of one epoch", () => {
    const { special } = tokenizers.target;
    tokens = 0;
    for (const chosen of planEpoch(examples, { batchTokens: 2048, seed: 1, epoch: 0 })) {
      const batch = makeBatch(examples, chosen, special);
      pairFeeds(batch);
      tokens += batch.tokens;
    }
  });
}
const source = isThere ? values.pairs.split("/").slice(-2).join("/") : "phrasebook";
console.log(`${machine()}; ${pairs} pairs of ${source}, ${tokens} target tokens; ${values.rounds} rounds\n`);
console.log("| stage | ms, median | pairs/s | target tokens/s |\n|---|---|---|---|");
for (const [stage, all] of times) {
  const ms = median(all);
  const rate = (count: number): string => Math.round((1000 * count) / ms).toLocaleString("en-US");
  console.log(`| ${stage} | ${ms.toFixed(0)} | ${rate(pairs)} | ${rate(tokens)} |`);
}
