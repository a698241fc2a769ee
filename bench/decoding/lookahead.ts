/**
 * Claim: a search that waits only for what may win within four tokens writes the same texts as one that waits for all that may,
 * in less time.
 *
 *   npx tsx bench/decoding/lookahead.ts --run runs/en-de --source test.en --reference test.de [--sentences 1000] [--rounds 5] [--threads 1]
 *
 * Beam 4, batches of 32, alternating rounds; sentences per second of processor time.
 */
import { corpusBleu } from "../../src/evaluation/bleu.ts";
import { translatorOver } from "../../src/runs/ready.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine, median, spread } from "../machine.ts";
import { testSet } from "./test-set.ts";

const { run, sources, references, rounds, threads } = testSet();
/** The first is as good as none: it misses nothing. */
const LOOKAHEADS = [1e6, 8, 4, 2, 0];
const engine = await openEngine("cpu");
const sides = await Promise.all(
  LOOKAHEADS.map(async (lookahead) => ({
    translator: await translatorOver(run, engine, { beam: 4, batch: 32, lookahead, session: { threads } }),
    speeds: [] as number[],
    texts: [] as string[],
  })),
);
for (let round = -1; round < rounds; round++) {
  for (const side of sides) {
    const before = process.cpuUsage();
    const translations = await side.translator.translate(sources);
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) side.speeds.push((1e6 * sources.length) / (user + system));
    side.texts = translations.map(({ hypotheses }) => hypotheses[0]?.text ?? "");
  }
}
console.log(`${machine()}; ${threads} threads; ${sources.length} sentences, ${rounds} alternating rounds\n`);
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
