/**
 * Claim: a student of a quarter of its teacher's size translates four times as fast, and learns from the teacher's translations
 * at least what it would learn from the corpus itself.
 *
 *   npx heed train configs/tatoeba-en-fr.yaml --run runs/tatoeba --set preset=base
 *   cut -f 1 tatoeba-eng-fra/train.tsv > train.en; cut -f 2 tatoeba-eng-fra/train.tsv > train.fr
 *   npx heed distill runs/tatoeba --source train.en --target train.fr --beam 8 --to student.yaml
 *   npx heed train student.yaml --run runs/student
 *   grep -v guidedAlignment student.yaml > alone.yaml
 *   npx heed train alone.yaml --run runs/alone --set 'data.train={ pairs: tatoeba-eng-fra/train.tsv }'
 *   npx tsx bench/distillation/student.ts --test tatoeba-eng-fra/test.tsv runs/tatoeba runs/student runs/alone
 *
 * Prints for each run its parameters, BLEU on the test pairs with its own beam, and sentences a second: the median of --times
 * rounds in which all runs take turns.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { streamsFor } from "../../src/decoding/streams.node.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { translatorOver } from "../../src/runs/ready.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median } from "../machine.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { test: { type: "string", default: "test.tsv" }, times: { type: "string", default: "3" } },
});
const test = readFileSync(values.test, "utf8").trimEnd().split("\n");
const [sources = [], references = []] = [0, 1].map((column) =>
  test.map((line) => line.split("\t")[column] ?? ""),
);
const engine = await openEngine("cpu");
const runs = await Promise.all(
  positionals.map(async (name) => {
    const run = openRunOf(name, "translate");
    const parameters = [...run.weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    const translator = await translatorOver(run, engine, streamsFor(sources.length, 32, run.weights));
    return { name, parameters, translator, seconds: [] as number[], texts: [] as string[] };
  }),
);
for (let round = 0; round < Number(values.times); round++) {
  for (const run of runs) {
    const began = performance.now();
    const translations = await run.translator.translate(sources);
    run.seconds.push((performance.now() - began) / 1000);
    run.texts = translations.map(({ hypotheses: [best] }) => best?.text ?? "");
  }
}
console.log(`${machine()}\n`);
console.log("| run | parameters | BLEU | sentences a second |");
console.log("|---|---|---|---|");
for (const { name, parameters, translator, seconds, texts } of runs) {
  translator.close();
  const score = corpusBleu(texts, [references]).score.toFixed(1);
  const speed = Math.round(sources.length / median(seconds));
  console.log(`| ${[name, `${(parameters / 1e6).toFixed(2)} M`, score, speed].join(" | ")} |`);
}
