import { labelContributions, labelTaps } from "../inspect/evidence/label-contributions.ts";
import type { Look } from "../inspect/looking/look.ts";
import type { LabelScoresPicture } from "../pictures/label-scores-svg.ts";
import type { SaidToken } from "../pictures/sections/said.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import { saidOf } from "./inspected.ts";

/** How many other tokens are listed, and labels scored. */
const [OTHERS, LABELS] = [3, 8];

/** The taps that `saidTokens` and `labelScores` read. */
export const saidTaps = (paths: readonly string[]): string[] =>
  ["probabilities", ...labelTaps].filter((path) => paths.includes(path));

/** What is said at each place, with the likeliest others. */
export function saidTokens(run: OpenedRun, seen: Look): SaidToken[] {
  const probabilities = probabilitiesOf(seen);
  return saidOf(seen).map(({ expected, probability }, place) => {
    const row = probabilities[place] ?? new Float32Array();
    // One more than are listed, for the expected token may be among them.
    const others = largest(row, OTHERS + 1)
      .map((id) => [nameOf(run, id), row[id] as number] as const)
      .filter(([name]) => name !== expected);
    return { expected, probability, others: others.slice(0, OTHERS) };
  });
}

/** Of a classifier: what each token adds to the score of the likeliest labels. */
export function labelScores(run: OpenedRun, seen: Look): LabelScoresPicture | undefined {
  if (run.task !== "classify") return undefined;
  const found = labelContributions(run, seen);
  return {
    title: "What each token adds to each label",
    tokens: found.tokens,
    labels: found.labels.slice(0, LABELS),
  };
}

/** [places][tokens] */
export function probabilitiesOf({ taps }: Look): Float32Array[] {
  const { axes = [], data = new Float32Array() } = taps.get("probabilities") ?? {};
  const [, places = 0, classes = 0] = axes.map(({ size }) => size);
  return Array.from({ length: places }, (_, i) => data.subarray(i * classes, (i + 1) * classes));
}

/** The places of the largest numbers, largest first. */
function largest(row: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (const [id, value] of row.entries()) {
    if (best.length === count && value <= (row[best.at(-1) as number] as number)) continue;
    const at = best.findIndex((other) => value > (row[other] as number));
    best.splice(at < 0 ? best.length : at, 0, id);
    best.length = Math.min(best.length, count);
  }
  return best;
}

function nameOf(run: OpenedRun, id: number): string {
  if (run.task === "classify") return run.labels[id] ?? String(id);
  return (run.task === "translate" ? run.tokenizers.target : run.tokenizer).token(id);
}
