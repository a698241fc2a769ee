/** What the forms of `heed inspect` share. */
import { heedError } from "../errors.ts";
import type { Look, NamedTensor } from "../inspect/look.ts";
import type { Matrix } from "../inspect/matrix.ts";
import type { Example } from "../inspect/subject.ts";

export interface InspectOptions {
  readonly run: string;
  readonly text?: string | undefined;
  readonly target?: string | undefined;
  readonly out?: string | undefined;
  readonly taps: readonly string[];
  readonly evidence?: string | undefined;
  readonly layer?: number | undefined;
  readonly head?: number | undefined;
}

export const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

export interface ShownExample {
  readonly given: Example;
  /** Whether the target is the model's own translation. */
  readonly isOwn: boolean;
}

const matrixAt = ({ axes, data }: NamedTensor, head: number): number[][] => {
  const [rows, columns] = [axes[2]?.size ?? 0, axes[3]?.size ?? 0];
  const first = head * rows * columns;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.subarray(first + i * columns, first + (i + 1) * columns)),
  );
};

/** One matrix per head. */
export function headsOf(tensor: NamedTensor): Matrix[] {
  return Array.from({ length: tensor.axes[1]?.size ?? 0 }, (_, head) => matrixAt(tensor, head));
}

/** The tokens of an axis as labels: those that are written there, where there are some. */
export const labelsOf = (tensor: NamedTensor, axis: number): readonly string[] => {
  const { tokens, size = 0 } = tensor.axes[axis] ?? {};
  return tokens?.writes ?? tokens?.reads ?? Array.from({ length: size }, (_, i) => String(i + 1));
};
/** The tokens of an axis that are read there. */
export const readsOf = (tensor: NamedTensor, axis: number): readonly string[] =>
  tensor.axes[axis]?.tokens?.reads ?? labelsOf(tensor, axis);

export const isWeights = ({ path }: NamedTensor): boolean => path.endsWith(".weights");

/** The weights of a decoder layer's cross-attention, or of the last self-attention where there is no decoder. */
export function crossOf({ taps }: Look, layer: number | undefined): NamedTensor {
  const weights = [...taps.values()].filter(isWeights);
  const cross = weights.filter(({ path }) => path.endsWith(".cross.weights"));
  const choices = cross.length > 0 ? cross : weights;
  const chosen = layer === undefined ? choices.at(-1) : choices[layer - 1];
  if (chosen) return chosen;
  if (choices.length === 0)
    throw usage("--out", "this model has no attention to draw", "write .html or .json");
  throw usage("--layer", `there is no layer ${layer}`, `choose 1 to ${choices.length}`);
}

/** Each place with the expected token, its probability and the likeliest token. */
export const saidOf = ({ said }: Look) =>
  said.expected.map((expected, i) => ({
    expected: expected === "" ? (said.likeliest[i] as string) : expected,
    probability: Math.exp(said.logProbabilities[i] as number),
    likeliest: said.likeliest[i] as string,
  }));
