/**
 * Claim: on the phrasebook, a head that is taught the known links aligns with a far lower error rate than any attention that
 * is only chosen, in the same time of training and at the same BLEU.
 *
 *   npx tsx bench/alignment/phrasebook.ts [--plain RUN] [--guided RUN] [--out DIR]
 *
 * Trains the quickstart's model twice, without and with `configs/phrasebook-guided.yaml`'s guided alignment, unless runs of
 * both are given. Prints alignment error rates on the 500 test sentences: the plain average of all layers and heads, and
 * the reading chosen on the 500 validation sentences, for either model.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { QUICKSTART } from "../../src/cli/quickstart-config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { trainRun } from "../../src/runs/train-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { measureAlignment } from "../../src/tasks/translate/alignment.ts";
import { machine } from "../machine.ts";
import { translated } from "../translated.ts";

const { values } = parseArgs({
  options: { plain: { type: "string" }, guided: { type: "string" }, out: { type: "string" } },
});
const out = values.out ?? mkdtempSync(join(tmpdir(), "heed-alignment-"));
const guided = new URL("../../configs/phrasebook-guided.yaml", import.meta.url);
const texts = { plain: QUICKSTART, guided: readFileSync(guided, "utf8") };
const engine = await openEngine("cpu");

console.log(`${machine()}\n`);
console.log(
  "| model | training, s | BLEU, test | AER, average of all | AER, chosen on validation | reading |",
);
console.log("|---|---|---|---|---|---|");
for (const name of ["plain", "guided"] as const) {
  const { directory, seconds } = await runOf(name);
  const run = openRunOf(directory, "translate");
  const corpus = phrasebook({ seed: run.config.seed });
  const { aer, averageAer, where } = await measureAlignment(engine, run, corpus);
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const bleu = (await bleuOf(run, corpus.test)).toFixed(1);
  console.log(
    `| ${name} | ${seconds?.toFixed(0) ?? "given"} | ${bleu} | ${percent(averageAer)} | ${percent(aer)} | ${where} |`,
  );
}

async function runOf(name: "plain" | "guided"): Promise<{ directory: string; seconds?: number }> {
  const given = values[name];
  if (given !== undefined) return { directory: given };
  const directory = join(out, name);
  const { seconds } = await trainRun({ config: parseConfig(texts[name], name), directory, engine });
  return { directory, seconds };
}

async function bleuOf(
  run: ReturnType<typeof openRunOf<"translate">>,
  test: readonly { readonly source: string; readonly target: string }[],
): Promise<number> {
  const sources = test.map(({ source }) => source);
  const references = test.map(({ target }) => target);
  return corpusBleu(await translated(engine, run, sources), [references]).score;
}
