/**
 * Claim: with a lexical shortlist beam search is faster, by more the larger the vocabulary, and BLEU stays the same.
 *
 *   npx heed shortlist runs/en-fr --pairs train.tsv
 *   npx tsx bench/decoding/shortlist.ts --run runs/en-fr --source test.en --reference test.fr [--sentences 1000] [--rounds 5] [--threads 1]
 *
 * Speed in alternating rounds, BLEU with the run's settings on the same sentences.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { listedBy, shortlistOf } from "../../src/decoding/shortlist.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { readShortlist } from "../../src/runs/shortlist-file.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median, spread } from "../machine.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "quickstart/run" },
    source: { type: "string", default: "test.en" },
    reference: { type: "string", default: "test.fr" },
    sentences: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "1" },
  },
});
const BATCH = 32;
const linesOf = (file: string): string[] =>
  readFileSync(file, "utf8").trimEnd().split("\n").slice(0, Number(values.sentences));
const run = openRunOf(values.run, "translate");
const shortlist = readShortlist(values.run, run.tokenizers, "heed shortlist");
const [sources, references] = [linesOf(values.source), linesOf(values.reference)];
const { model, weights, tokenizers, config } = run;
const engine = await openEngine("cpu");
const listed = (size: number): number => {
  const sizes: number[] = [];
  for (let at = 0; at + size <= sources.length; at += size) {
    const ids = sources.slice(at, at + size).map((text) => tokenizers.source.encode(text));
    sizes.push(listedBy(shortlist, ids).ids.length);
  }
  return Math.round(sizes.reduce((sum, each) => sum + each, 0) / sizes.length);
};
console.log(
  `${machine()}; ${values.threads} threads; ${sources.length} sentences, batches of ${BATCH}; of ${tokenizers.target.size} ` +
    `tokens a sentence lists ${listed(1)} and a batch ${listed(BATCH)}\n`,
);
console.log(
  "| search | sentences/s | with the shortlist | ratio | BLEU | with the shortlist |\n|---|---|---|---|---|---|",
);
for (const [name, beam, quantize] of [
  ["greedy", 1, undefined],
  ["beam 4", 4, undefined],
  ["beam 4, int8", 4, "int8"],
] as const) {
  const sides = await Promise.all(
    [undefined, shortlistOf(shortlist)].map((list) =>
      openTranslator({
        ...{ engine, model, weights, ...tokenizers, maxLength: config.model.maxLength, ...config.decoding },
        ...{ beam, batch: BATCH, quantize, shortlist: list, session: { threads: Number(values.threads) } },
      }),
    ),
  );
  const speeds: number[][] = sides.map(() => []);
  const texts: string[][] = [];
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const [side, translator] of sides.entries()) {
      const began = performance.now();
      const translations = await translator.translate(sources);
      if (round >= 0) speeds[side]?.push((1000 * sources.length) / (performance.now() - began));
      texts[side] = translations.map(({ hypotheses }) => hypotheses[0]?.text ?? "");
    }
  }
  const [plain = [], short = []] = speeds;
  const bleu = texts.map((each) => corpusBleu(each, [references]).score.toFixed(2));
  const shown = [plain, short].map((each) => `${median(each).toFixed(0)} (${spread(each)})`);
  console.log(`| ${[name, ...shown, (median(short) / median(plain)).toFixed(2), ...bleu].join(" | ")} |`);
  for (const translator of sides) translator.close();
}
