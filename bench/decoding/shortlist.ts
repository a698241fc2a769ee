/**
 * Claim: with a lexical shortlist beam search is faster, by more the larger the vocabulary, and BLEU stays the same.
 *
 *   npx heed shortlist runs/en-fr --pairs train.tsv
 *   npx tsx bench/decoding/shortlist.ts --run runs/en-fr --source test.en --reference test.fr [--sentences 1000] [--rounds 5] [--threads 1]
 *
 * Speed in alternating rounds, BLEU with the run's settings on the same sentences.
 */
import { listedBy, shortlistOf } from "../../src/decoding/shortlist.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { readShortlist } from "../../src/runs/shortlist-file.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median, spread } from "../machine.ts";
import { testSet } from "./test-set.ts";

const { directory, run, sources, references, rounds, threads } = testSet();
const BATCH = 32;
const shortlist = readShortlist(directory, run.tokenizers, "heed shortlist");
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
  `${machine()}; ${threads} threads; ${sources.length} sentences, batches of ${BATCH}; of ${tokenizers.target.size} ` +
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
        ...{ beam, batch: BATCH, quantize, shortlist: list, session: { threads } },
      }),
    ),
  );
  const speeds: number[][] = sides.map(() => []);
  const texts: string[][] = [];
  for (let round = -1; round < rounds; round++) {
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
