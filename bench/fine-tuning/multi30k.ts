/**
 * Claim: with 2,000 pairs of a new domain, a translator that was trained on another corpus and goes on from there is far
 * better than one trained on the 2,000 alone, in less time; also where the target language is a new one.
 *
 *   npx heed train configs/tatoeba-en-fr.yaml --run runs/tatoeba
 *   npx tsx bench/fine-tuning/multi30k.ts --from runs/tatoeba --data multi30k [--pairs 2000] [--only french] [--out DIR]
 *
 * Trains from scratch in the sizes below, of which the best by validation BLEU is the one to beat, and from the run: all
 * weights, all but the encoder's, and a LoRA; then English to German, with and without the run, whose target
 * vocabulary is learnt anew. Prints BLEU on test_2016_flickr, what was gained over the best of its language from scratch, BLEU
 * on the first 1,000 pairs of --old, a test set of the corpus that the run comes from, and the time.
 */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig } from "../../src/config/parse.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { bleu, corpusBleu } from "../../src/evaluation/bleu.ts";
import { tabulate } from "../../src/evaluation/metric.ts";
import { pairedBootstrap } from "../../src/evaluation/significance.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";

const { values } = parseArgs({
  options: {
    from: { type: "string", default: "runs/tatoeba" },
    data: { type: "string", default: "multi30k" },
    old: { type: "string" },
    pairs: { type: "string", default: "2000" },
    only: { type: "string" },
    out: { type: "string", default: mkdtempSync(join(tmpdir(), "heed-fine-tuning-")) },
  },
});
mkdirSync(values.out, { recursive: true });
const linesOf = (file: string): string[] =>
  readFileSync(join(values.data, file), "utf8").trimEnd().split("\n");
const english = linesOf("test_2016_flickr.en");
const engine = await openEngine("cpu");

const scratch = (layers: number, width: number, dropout: number, vocab: number): string => `
tokenizer: { kind: bpe, vocab: ${vocab} }
model: { layers: ${layers}, dModel: ${width}, heads: 4, feedForward: ${4 * width}, dropout: ${dropout}, norm: pre }
training: { batchTokens: 1024, epochs: 60, learningRate: 3.0e-3, schedule: cosine, warmup: 100, validBleu: 200, average: 0 }`;
const tuned = (settings: string): string => `
model: { dropout: 0.2 }
training: { from: ${values.from}, batchTokens: 1024, schedule: cosine, warmup: 20, validBleu: 200, average: 0, ${settings} }`;

interface Row {
  readonly name: string;
  readonly language: "fr" | "de";
  readonly config: string;
  readonly isScratch?: boolean;
}
const rows: readonly Row[] = [
  { name: "from scratch, 1 + 1 × 64", language: "fr", config: scratch(1, 64, 0.3, 1500), isScratch: true },
  { name: "from scratch, 2 + 2 × 128", language: "fr", config: scratch(2, 128, 0.3, 2000), isScratch: true },
  { name: "from scratch, 3 + 3 × 128", language: "fr", config: scratch(3, 128, 0.3, 2000), isScratch: true },
  { name: "all weights", language: "fr", config: tuned("epochs: 8, learningRate: 6.0e-4") },
  {
    name: "all but the encoder's",
    language: "fr",
    config: tuned("epochs: 8, learningRate: 6.0e-4, freeze: [encoder]"),
  },
  {
    name: "LoRA of rank 16",
    language: "fr",
    config: tuned("epochs: 8, learningRate: 4.0e-3, lora: { rank: 16 }"),
  },
  { name: "from scratch, 2 + 2 × 128", language: "de", config: scratch(2, 128, 0.3, 2000), isScratch: true },
  {
    name: "new target vocabulary",
    language: "de",
    config: `tokenizer: { kind: bpe, vocab: 2000 }${tuned("epochs: 25, learningRate: 1.5e-3, newVocabulary: target")}`,
  },
];

const pairs = Number(values.pairs);
for (const language of ["fr", "de"]) {
  const [source, target] = [linesOf("train.en"), linesOf(`train.${language}`)];
  const lines = source.slice(0, pairs).map((line, i) => `${line}\t${target[i]}\n`);
  writeFileSync(join(values.out, `train.${language}.tsv`), lines.join(""));
}

const best = new Map<string, { valid: number; translated: readonly string[] }>();
console.log(`${machine()}\n`);
console.log("| to | model | BLEU | over the best from scratch | BLEU on the first corpus | minutes |");
console.log("|---|---|---|---|---|---|");
const references = { fr: linesOf("test_2016_flickr.fr"), de: linesOf("test_2016_flickr.de") };
await given();
for (const row of rows) if (!values.only || row.language === values.only) await measured(row);

/** The run as it is, on the new domain. */
async function given(): Promise<void> {
  const translated = await translate(values.from, english);
  const score = corpusBleu(translated, [references.fr]).score;
  console.log(`| fr | as it was | ${score.toFixed(1)} | | ${await before(values.from)} | |`);
}

async function measured({ name, language, config, isScratch }: Row): Promise<void> {
  const data = `
data:
  train: { pairs: ${join(values.out, `train.${language}.tsv`)} }
  valid: { source: ${join(values.data, "val.en")}, target: ${join(values.data, `val.${language}`)} }`;
  const directory = join(values.out, `${language} ${name}`.replaceAll(/\W+/g, "-"));
  const summary = await trainRun({ config: parseConfig(data + config, name), directory, engine });
  const translated = await translate(directory, english);
  const score = corpusBleu(translated, [references[language]]).score;
  const { bleu: valid = 0 } = summary.valid;
  const rival = best.get(language);
  if (isScratch && valid > (rival?.valid ?? 0)) best.set(language, { valid, translated });
  const gained = isScratch || !rival ? "" : gain(rival.translated, translated, references[language]);
  const old = isScratch || language === "de" ? "" : await before(directory);
  const minutes = (summary.seconds / 60).toFixed(1);
  console.log(`| ${[language, name, score.toFixed(1), gained, old, minutes].join(" | ")} |`);
}

/** BLEU gained over the best model from scratch, and the probability of so much by chance (paired bootstrap). */
function gain(rival: readonly string[], texts: readonly string[], reference: readonly string[]): string {
  const [, { difference = 0, p = 1 } = {}] = pairedBootstrap(
    [rival, texts].map((lines) => tabulate(bleu(), lines, [reference])),
  );
  return `${difference < 0 ? "−" : "+"}${Math.abs(difference).toFixed(1)} (p ${p < 0.0015 ? "≤ 0.001" : p.toFixed(3)})`;
}

async function before(directory: string): Promise<string> {
  if (values.old === undefined) return "";
  const lines = readFileSync(values.old, "utf8").trimEnd().split("\n").slice(0, 1000);
  const [sources, targets] = [0, 1].map((column) => lines.map((line) => line.split("\t")[column] ?? ""));
  const translated = await translate(directory, sources ?? []);
  return corpusBleu(translated, [targets ?? []]).score.toFixed(1);
}

async function translate(directory: string, sources: readonly string[]): Promise<string[]> {
  const run = openRunOf(directory, "translate");
  const { maxLength } = run.config.model;
  const translator = await openTranslator({
    engine,
    ...run,
    ...run.tokenizers,
    ...run.config.decoding,
    maxLength,
  });
  const translated = await translator.translate(sources);
  translator.close();
  return translated.map(({ hypotheses: [first] }) => first?.text ?? "");
}
