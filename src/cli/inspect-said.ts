import type { Look, NamedTensor } from "../inspect/look.ts";
import type { LabelScoresPicture } from "../pictures/label-scores-svg.ts";
import type { SaidToken } from "../pictures/sections/said.ts";
import type { OpenedRun } from "../runs/open-run.ts";
import type { HostTensor } from "../runtime/state.ts";
import { saidOf } from "./inspected.ts";

/** How many other tokens are listed, and labels scored. */
const [OTHERS, LABELS] = [3, 8];

/** Taps of which one is the input of the output projection, in every model. */
const PROJECTED = ["summary", "output", "decoder.output", "decoder.states"];
/** Of a classifier: the states whose mean is classified. */
const AVERAGED = ["output", "network.outputs"];

/** The taps that `saidTokens` and `labelScores` read. */
export const saidTaps = (paths: readonly string[]): string[] =>
  [...PROJECTED, ...AVERAGED].filter((path) => paths.includes(path));

/** What is said at each place, with the likeliest others. */
export function saidTokens(run: OpenedRun, seen: Look): SaidToken[] {
  const probabilities = probabilitiesOf(run, seen);
  return saidOf(seen).map(({ expected, probability }, place) => {
    const row = probabilities[place] ?? new Float64Array();
    // One more than are listed, for the expected token may be among them.
    const others = largest(row, OTHERS + 1)
      .map((id) => [nameOf(run, id), row[id] as number] as const)
      .filter(([name]) => name !== expected);
    // A label that was not given is the likeliest one.
    const own = seen.said.expected[place] === "" ? row.reduce((a, b) => Math.max(a, b), 0) : probability;
    return { expected, probability: own, others: others.slice(0, OTHERS) };
  });
}

/** Of a classifier: what each token adds to the score of the likeliest labels. */
export function labelScores(run: OpenedRun, seen: Look): LabelScoresPicture | undefined {
  const { taps } = seen;
  const states = AVERAGED.map((path) => taps.get(path)).find((tensor) => tensor !== undefined);
  if (run.task !== "classify" || !states) return undefined;
  const [probabilities = new Float64Array()] = probabilitiesOf(run, seen);
  const { data } = projectionOf(run);
  const [, length, dim] = states.axes.map(({ size }) => size) as [number, number, number];
  const parts = (label: number): number[] =>
    Array.from({ length }, (_, j) => dot(states.data, j * dim, data, label * dim, dim) / length);
  return {
    title: "What each token adds to each label",
    tokens: states.axes[1]?.tokens?.reads ?? Array.from({ length }, (_, j) => String(j + 1)),
    labels: largest(probabilities, LABELS).map((id) => ({
      name: nameOf(run, id),
      probability: probabilities[id] as number,
      parts: parts(id),
    })),
  };
}

/**
 * [places][tokens]: softmax(h Wᵀ), h the input of the output projection. The look itself gives the expected and the
 * likeliest token only.
 */
export function probabilitiesOf(run: OpenedRun, { taps }: Look): Float64Array[] {
  const states = PROJECTED.map((path) => taps.get(path)).find((tensor) => tensor !== undefined);
  return states ? softmaxOf(states, projectionOf(run)) : [];
}

function softmaxOf({ axes, data }: NamedTensor, { data: weights, shape }: HostTensor): Float64Array[] {
  const [classes, dim] = shape as [number, number];
  const places = axes.length === 2 ? 1 : (axes[1]?.size ?? 0);
  return Array.from({ length: places }, (_, place) => {
    const row = Float64Array.from({ length: classes }, (__, id) =>
      dot(data, place * dim, weights, id * dim, dim),
    );
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = row.map((score) => Math.exp(score - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}

/** The output projection, or the embedding that serves as one: [tokens or labels, dim]. */
const projectionOf = ({ weights }: OpenedRun): HostTensor =>
  (weights.get("project") ?? weights.get("embed.weight")) as HostTensor;

function dot(a: ArrayLike<number>, from: number, b: HostTensor["data"], at: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (a[from + d] as number) * Number(b[at + d]);
  return sum;
}

/** The places of the largest numbers, largest first. */
function largest(row: Float64Array, count: number): number[] {
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
