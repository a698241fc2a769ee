/**
 * Claim: weights of 8 bits translate at least as fast as float32, in a quarter of the memory, and lose less than half a BLEU.
 *
 *   npx tsx bench/decoding/int8.ts --run runs/en-fr [--source test.en --reference test.fr] [--sentences 512] [--rounds 5]
 *
 * Without files: the phrasebook's test sentences. Speed in alternating rounds on the first sentences, BLEU of beam search
 * with the run's settings on all of them.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openTranslator } from "../../src/decoding/translator.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median, spread } from "../machine.ts";
import { openTimed, readSentences, THREADS } from "./translator.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "quickstart/run" },
    source: { type: "string" },
    reference: { type: "string" },
    sentences: { type: "string", default: "512" },
    rounds: { type: "string", default: "5" },
  },
});
const run = openRunOf(values.run, "translate");
const engine = await openEngine();
console.log(`${machine()}; ${THREADS} threads; tokens/s, medians of ${values.rounds} alternating rounds\n`);
console.log("| search | float32 (middle half) | int8 (middle half) | int8 / float32 |");
console.log("|---|---|---|---|");
const sentences = readSentences(values.source, Number(values.sentences));
for (const [name, search] of [
  ["greedy, batch 1", { beam: 1, batch: 1 }],
  ["greedy, batch 32", { beam: 1, batch: 32 }],
  ["beam 4, batch 32", { beam: 4, batch: 32 }],
] as const) {
  const sides = [
    await openTimed(engine, run, sentences, search),
    await openTimed(engine, run, sentences, { ...search, quantize: "int8" }),
  ];
  const speeds: number[][] = [[], []];
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const [i, side] of sides.entries()) {
      const { ms, tokens } = await side.run();
      if (round >= 0) speeds[i]?.push((tokens / ms) * 1000);
    }
  }
  for (const side of sides) side.close();
  const [exact = [], small = []] = speeds;
  const show = (each: number[]): string => `${median(each).toFixed(0)} (${spread(each)})`;
  console.log(
    `| ${name} | ${show(exact)} | ${show(small)} | ${(median(small) / median(exact)).toFixed(2)} |`,
  );
}

const lines = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");
const pairs =
  values.source && values.reference
    ? { sources: lines(values.source), references: lines(values.reference) }
    : phrasebookPairs();
const bleu: number[] = [];
for (const quantize of [undefined, "int8"] as const) {
  const { beam, alpha } = run.config.decoding;
  const { maxLength } = run.config.model;
  const translator = await openTranslator({
    ...{ engine, ...run, ...run.tokenizers, beam, alpha, maxLength, quantize },
  });
  const translations = await translator.translate(pairs.sources);
  translator.close();
  const texts = translations.map(({ hypotheses: [best] }) => best?.text ?? "");
  bleu.push(corpusBleu(texts, [pairs.references]).score);
}
const [exact = 0, small = 0] = bleu;
console.log(
  `\nBLEU on ${pairs.sources.length} sentences: float32 ${exact.toFixed(2)}, int8 ${small.toFixed(2)}, difference ${(small - exact).toFixed(2)}`,
);

function phrasebookPairs(): { sources: string[]; references: string[] } {
  const { test } = phrasebook();
  return { sources: test.map(({ source }) => source), references: test.map(({ target }) => target) };
}
