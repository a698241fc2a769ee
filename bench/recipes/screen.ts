/**
 * Claim: which options help a small translator at equal time, and which do not.
 *
 *   npx tsx bench/recipes/screen.ts --data multi30k --minutes 20                    # every recipe, one seed
 *   npx tsx bench/recipes/screen.ts --data multi30k --minutes 20 --only base,muon,swiglu,muon+swiglu --seeds 1,2,3
 *   npx tsx bench/recipes/screen.ts --corpus tatoeba --data tatoeba-eng-fra --minutes 60 --only base,muon
 *
 * Trains each recipe of recipes.ts for the same minutes of one core, validation included, and translates the test set.
 * Minutes are those the processor spent on it, so that several may run side by side and other work does not count. Results go
 * to --results as soon as they are known; what is there is not measured again. Prints a table of all results of these minutes
 * and this corpus, and puts it into --table between <!-- recipes CORPUS: begin --> and end. --only joins recipes with +.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../../src/config/parse.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";
import { translated } from "../translated.ts";
import { corpora, keysOf, recipes } from "./recipes.ts";
import { isSame, type Measured, readResults, tableOf, writeBetween, writeResults } from "./results.ts";

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: "multi30k" },
    data: { type: "string", default: "multi30k" },
    minutes: { type: "string", default: "20" },
    only: { type: "string", default: Object.keys(recipes).join(",") },
    seeds: { type: "string", default: "1" },
    /** Pairs of the test set that are translated; all by default. */
    sentences: { type: "string", default: "Infinity" },
    results: { type: "string", default: "runs/recipes.json" },
    table: { type: "string" },
  },
});
const corpus = corpora[values.corpus as keyof typeof corpora];
if (!corpus)
  throw new Error(`there is no corpus "${values.corpus}"; choose ${Object.keys(corpora).join(", ")}`);
const minutes = Number(values.minutes);
const linesOf = (file: string): string[] =>
  readFileSync(join(values.data, file), "utf8").trimEnd().split("\n");
const sidesOf = (side: string | readonly [string, string]): [string[], string[]] => {
  if (typeof side !== "string") return [linesOf(side[0]), linesOf(side[1])];
  const pairs = linesOf(side).map((line) => line.split("\t"));
  return [pairs.map(([source = ""]) => source), pairs.map(([, target = ""]) => target)];
};
const [sources, references] = sidesOf(corpus.test).map((lines) =>
  lines.slice(0, Number(values.sentences)),
) as [string[], string[]];
const specOf = (side: string | readonly [string, string]): string =>
  typeof side === "string"
    ? `{ pairs: ${join(values.data, side)} }`
    : `{ source: ${join(values.data, side[0])}, target: ${join(values.data, side[1])} }`;

// The trainer's clock, of this process and its one thread.
performance.now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const engine = await openEngine("cpu", { threads: 1 });
for (const seed of values.seeds.split(",").map(Number)) {
  for (const recipe of values.only.split(",")) {
    const keys = keysOf(recipe);
    const known = readResults(values.results);
    if (known.some((one) => isSame(one, { corpus: values.corpus, recipe, seed, minutes }))) continue;
    const measured = await measure(recipe, keys, seed);
    // Read again: another process may have measured something else meanwhile.
    writeResults(values.results, [...readResults(values.results), measured]);
    console.error(`${recipe}, seed ${seed}: BLEU ${measured.bleu.toFixed(1)}, ${measured.steps} updates`);
  }
}
const results = readResults(values.results).filter(
  (one) => one.corpus === values.corpus && one.minutes === minutes,
);
const lines = [
  `${corpus.name}; ${minutes} minutes of one core each; ${[...new Set(results.map((one) => one.machine))].join("; ")}.`,
  "",
  ...tableOf(results, references),
];
console.log(lines.join("\n"));
if (values.table !== undefined) writeBetween(values.table, `recipes ${values.corpus}`, lines);

async function measure(recipe: string, keys: readonly string[], seed: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), "heed-recipe-"));
  const data = `data: { train: ${specOf(corpus.train)}, valid: ${specOf(corpus.valid)} }`;
  const own = [`seed=${seed}`, `training.minutes=${minutes}`];
  const config = parseConfig(`${data}${corpus.base}`, recipe, [...own, ...keys]);
  let parameters = 0;
  const onStart = (about: { readonly parameters: number }): void => {
    parameters = about.parameters;
  };
  const { steps, epochs, valid } = await trainRun({ config, directory, engine, onStart });
  const texts = await translated(engine, openRunOf(directory, "translate"), sources);
  rmSync(directory, { recursive: true });
  return {
    ...{ corpus: values.corpus, recipe, seed, minutes, machine: machine(), steps, epochs, parameters },
    ...{ validLoss: valid.loss, bleu: corpusBleu(texts, [references]).score, texts },
  };
}
