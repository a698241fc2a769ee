/**
 * Claim: a search that waits only for what may win within four tokens writes the same texts as one that waits for all that may,
 * in less time.
 *
 *   npx tsx bench/decoding/lookahead.ts --run runs/en-de --source test.en --reference test.de [--sentences 1000] [--rounds 5]
 *
 * Beam 4, batches of 32, one thread, alternating rounds; sentences per second of processor time.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { translatorOver } from "../../src/runs/ready.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median, spread } from "../machine.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "quickstart/run" },
    source: { type: "string", default: "test.en" },
    reference: { type: "string", default: "test.fr" },
    sentences: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
  },
});
/** The first is as good as none: it misses nothing. */
const LOOKAHEADS = [1e6, 8, 4, 2, 0];
const linesOf = (file: string): string[] =>
  readFileSync(file, "utf8").trimEnd().split("\n").slice(0, Number(values.sentences));
const [sources, references] = [linesOf(values.source), linesOf(values.reference)];
const run = openRunOf(values.run, "translate");
const engine = await openEngine("cpu");
const sides = await Promise.all(
  LOOKAHEADS.map(async (lookahead) => ({
    translator: await translatorOver(run, engine, { beam: 4, batch: 32, lookahead, session: { threads: 1 } }),
    speeds: [] as number[],
    texts: [] as string[],
  })),
);
for (let round = -1; round < Number(values.rounds); round++) {
  for (const side of sides) {
    const before = process.cpuUsage();
    const translations = await side.translator.translate(sources);
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) side.speeds.push((1e6 * sources.length) / (user + system));
    side.texts = translations.map(({ hypotheses }) => hypotheses[0]?.text ?? "");
  }
}
console.log(`${machine()}; ${sources.length} sentences, ${values.rounds} alternating rounds\n`);
console.log("| lookahead | sentences/s | ratio | other texts | BLEU |\n|---|---|---|---|---|");
const [all] = sides as [(typeof sides)[number]];
for (const [i, { translator, speeds, texts }] of sides.entries()) {
  const others = texts.filter((text, n) => text !== all.texts[n]).length;
  const bleu = corpusBleu(texts, [references]).score.toFixed(2);
  const ratio = (median(speeds) / median(all.speeds)).toFixed(2);
  const name = i === 0 ? "all that may" : LOOKAHEADS[i];
  console.log(
    `| ${[name, `${median(speeds).toFixed(0)} (${spread(speeds)})`, ratio, others, bleu].join(" | ")} |`,
  );
  translator.close();
}
