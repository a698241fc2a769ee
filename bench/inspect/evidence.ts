/**
 * Claim: of all evidence about cross-attention, integrated gradients agree best with leaving source tokens out on the
 * phrasebook; and leaving out, value zeroing and integrated gradients align words better than attention weights.
 *
 *   npx tsx bench/inspect/evidence.ts --run runs/quickstart
 *   npx tsx bench/inspect/evidence.ts --run runs/multi30k \
 *     --source multi30k/test_2016_flickr.en --target multi30k/test_2016_flickr.de
 *
 * Every kind of evidence about a translator's cross-attention: Spearman's correlation with leaving source tokens out, over a
 * pair's whole matrix and target token by target token, and, where gold links are known (the phrasebook's), the alignment
 * error rate when each target word is linked to the source word that counts most. The first `--choose` pairs choose the
 * layer and head, by either measure; the next `--sentences` pairs are measured. Without files, the phrasebook's test set.
 * `--kinds` names some kinds, with commas.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { alignmentErrorRate, type GoldAlignment } from "../../src/evaluation/alignment.ts";
import { wordWeights } from "../../src/inspect/alignment/forced-decoding.ts";
import { type EvidenceKind, evidence, evidenceKinds, spearman } from "../../src/inspect/evidence/evidence.ts";
import { openInspector } from "../../src/inspect/looking/inspector.ts";
import { linksAmong, type Matrix } from "../../src/inspect/matrix.ts";
import { goldAlignment, phrasebook } from "../../src/phrasebook/phrasebook.ts";
import { openRun } from "../../src/runs/open-run.node.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { words } from "../../src/text/word-spans.ts";
import { machine } from "../machine.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "runs/quickstart" },
    source: { type: "string" },
    target: { type: "string" },
    choose: { type: "string", default: "20" },
    sentences: { type: "string", default: "40" },
    kinds: { type: "string", default: evidenceKinds.join(",") },
  },
});
interface Pair {
  readonly source: string;
  readonly target: string;
  readonly gold?: GoldAlignment;
}
/** Where evidence is looked for: a place, and a head or all of them. */
interface Where {
  readonly place: string;
  readonly head?: number;
}

for (const file of [values.run, values.source, values.target])
  if (file !== undefined && !existsSync(file)) {
    console.log(`skipped: ${file} is not there`);
    process.exit(0);
  }
const run = openRun(values.run);
if (run.task !== "translate") throw new Error(`${values.run} is not a translator`);
const look = await openInspector({ engine: await openEngine("cpu"), of: run, weights: run.weights });
const pairs = pairsOf();
const choosing = pairs.slice(0, Number(values.choose));
const measured = pairs.slice(choosing.length, choosing.length + Number(values.sentences));
const places = look.paths.flatMap((path) => (path.endsWith(".cross.weights") ? [path.slice(0, -8)] : []));
const heads = run.config.model.kind === "transformer" ? run.config.model.heads : 1;

function pairsOf(): Pair[] {
  const { source, target } = values;
  if (source === undefined || target === undefined)
    return phrasebook({ seed: 1 }).test.map((pair) => ({ ...pair, gold: goldAlignment(pair) }));
  const lines = (file: string): string[] => readFileSync(file, "utf8").trimEnd().split("\n");
  const targets = lines(target);
  return lines(source).map((line, i) => ({ source: line, target: targets[i] as string }));
}

/** Kinds that differ from head to head; those that only differ from layer to layer; the others do not depend on it. */
const byHead: readonly EvidenceKind[] = ["weights", "norms", "outputNorms", "gradientTimesWeight"];
const byLayer: readonly EvidenceKind[] = ["rollout", "valueZeroing", "valueZeroingFall"];
function choicesOf(kind: EvidenceKind): Where[] {
  const last = { place: places.at(-1) as string };
  if (!byHead.includes(kind) && !byLayer.includes(kind)) return [last];
  const ofHeads = byHead.includes(kind) && heads > 1 ? Array.from({ length: heads }, (_, head) => head) : [];
  return places.flatMap((place) => [{ place }, ...ofHeads.map((head) => ({ place, head }))]);
}
const described = (kind: EvidenceKind, { place, head }: Where): string => {
  if (!byHead.includes(kind) && !byLayer.includes(kind)) return "";
  const layer = `layer ${Number(/\d+/.exec(place)?.[0] ?? 0) + 1}`;
  if (head !== undefined) return `${layer}, head ${head + 1}`;
  return byLayer.includes(kind) || heads === 1 ? layer : `${layer}, all heads`;
};

const times = new Map<EvidenceKind, number[]>();
async function timed(kind: EvidenceKind, pair: Pair, where: Where): Promise<Matrix> {
  const start = performance.now();
  const matrix = await evidence(look, pair, kind, where);
  times.set(kind, [...(times.get(kind) ?? []), performance.now() - start]);
  return matrix;
}

interface Measured {
  readonly whole: number;
  readonly byToken: number;
  readonly aer: number;
}
const mean = (numbers: readonly number[]): number => {
  const finite = numbers.filter((number) => !Number.isNaN(number));
  return finite.reduce((sum, number) => sum + number, 0) / finite.length;
};
function linksBetweenWords(pair: Pair, matrix: Matrix): ReturnType<typeof linksAmong> {
  const { source, target } = look.encode(pair);
  const { tokenizers } = run as Extract<typeof run, { task: "translate" }>;
  const [from, to] = [words(tokenizers.source, source), words(tokenizers.target, target)];
  const data = Float32Array.from(matrix.flat());
  return linksAmong(wordWeights({ data, start: 0, sourceLength: source.length }, from, to), 1);
}
function measure(given: readonly Pair[], matrices: readonly Matrix[], truths: readonly Matrix[]): Measured {
  const rows = matrices.map((matrix, n) =>
    mean(matrix.map((row, i) => spearman([row], [truths[n]?.[i] as readonly number[]]))),
  );
  const gold = given.flatMap((pair) => (pair.gold ? [pair.gold] : []));
  const links = given.map((pair, n) => linksBetweenWords(pair, matrices[n] as Matrix));
  return {
    whole: mean(matrices.map((matrix, n) => spearman(matrix, truths[n] as Matrix))),
    byToken: mean(rows),
    aer: gold.length === given.length ? alignmentErrorRate(links, gold).aer : Number.NaN,
  };
}
async function all(given: readonly Pair[], kind: EvidenceKind, where: Where): Promise<Matrix[]> {
  const matrices: Matrix[] = [];
  for (const pair of given) matrices.push(await timed(kind, pair, where));
  return matrices;
}

console.log(`${values.run}: ${choosing.length} pairs to choose, ${measured.length} measured. ${machine()}`);
const last = { place: places.at(-1) as string };
const [chosenBy, truths] = [
  await all(choosing, "leaveOneOut", last),
  await all(measured, "leaveOneOut", last),
];
console.log(
  "\n| evidence | ρ | ρ by token | from | AER, % | from | s a pair |\n|---|---|---|---|---|---|---|",
);
for (const kind of evidenceKinds.filter((each) => values.kinds.split(",").includes(each))) {
  const tried: { where: Where; scores: Measured }[] = [];
  const choices = choicesOf(kind);
  if (choices.length > 1)
    for (const where of choices)
      tried.push({ where, scores: measure(choosing, await all(choosing, kind, where), chosenBy) });
  const best = (better: (a: Measured, b: Measured) => boolean): Where =>
    tried.length === 0
      ? (choices[0] as Where)
      : tried.reduce((a, b) => (better(b.scores, a.scores) ? b : a)).where;
  const agreeing = best((a, b) => a.byToken > b.byToken);
  const aligning = best((a, b) => a.aer < b.aer);
  times.delete(kind);
  const agreement = measure(measured, await all(measured, kind, agreeing), truths);
  const alignment =
    aligning === agreeing ? agreement : measure(measured, await all(measured, kind, aligning), truths);
  const isTruth = kind === "leaveOneOut";
  const cells = [
    kind,
    isTruth ? "" : agreement.whole.toFixed(2),
    isTruth ? "" : agreement.byToken.toFixed(2),
    described(kind, agreeing),
    Number.isNaN(alignment.aer) ? "" : (100 * alignment.aer).toFixed(1),
    Number.isNaN(alignment.aer) ? "" : described(kind, aligning),
    (mean(times.get(kind) ?? []) / 1000).toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
look.close();
