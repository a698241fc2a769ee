/**
 * Claim: scores, TER above all, and paired bootstrap resampling take less time than sacreBLEU's, for the same numbers.
 *
 *   npx tsx bench/evaluation/scores.ts --python .venv/bin/python \
 *     --baseline a.en --system b.en --reference reference.en [--rounds 4]
 *
 * Both cut the texts anew in every round. Alternating rounds, medians.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bleu } from "../../src/evaluation/bleu.ts";
import { chrf } from "../../src/evaluation/chrf.ts";
import { corpusScore, type Metric, tabulate } from "../../src/evaluation/metric.ts";
import { pairedBootstrap } from "../../src/evaluation/significance.ts";
import { ter } from "../../src/evaluation/ter.ts";
import { machine, median } from "../machine.ts";
import { openPeer } from "../peer.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    baseline: { type: "string", default: "" },
    system: { type: "string", default: "" },
    reference: { type: "string", default: "" },
    rounds: { type: "string", default: "4" },
  },
});
const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);
const systems = [linesOf(values.baseline), linesOf(values.system)] as const;
const references = [linesOf(values.reference)];

const score = (metric: Metric) => () => corpusScore(tabulate(metric, systems[1], references));
const tasks: Readonly<Record<string, () => unknown>> = {
  BLEU: score(bleu()),
  "chrF++": score(chrf({ wordOrder: 2 })),
  TER: score(ter()),
  "paired bootstrap of BLEU, 1000": () =>
    pairedBootstrap(systems.map((texts) => tabulate(bleu(), texts, references))),
};

console.log(
  `${machine()}; ${references[0]?.length} sentences, medians of ${values.rounds} alternating rounds\n`,
);
console.log("| | Heed ms | sacreBLEU ms | Heed / sacreBLEU |");
console.log("|---|---|---|---|");
for (const [task, work] of Object.entries(tasks)) {
  const peer = await openPeer(values.python, "sacrebleu_scores.py", { systems, references, task });
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    const began = performance.now();
    work();
    ours.push(performance.now() - began);
    theirs.push(...(await peer.run(1)));
  }
  peer.close();
  const cells = [
    median(ours).toFixed(0),
    median(theirs).toFixed(0),
    (median(ours) / median(theirs)).toFixed(2),
  ];
  console.log(`| ${[task, ...cells].join(" | ")} | sacreBLEU ${peer.version}`);
}
