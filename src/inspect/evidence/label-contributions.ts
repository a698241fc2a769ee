import type { HostTensor } from "../../runtime/state.ts";
import type { Look, NamedTensor } from "../looking/look.ts";
import type { Inspected } from "../looking/subject.ts";

/** What each token adds to each label of a classifier. */
export interface LabelContributions {
  readonly tokens: readonly string[];
  /** The likeliest first. */
  readonly labels: readonly {
    readonly name: string;
    readonly probability: number;
    /** One number a token; they add up to the label's logit. */
    readonly parts: readonly number[];
  }[];
}

/** The states whose mean is classified, in a Transformer or in a recurrent network: a look has to have one, and `probabilities`. */
export const labelTaps = ["output", "network.outputs"] as const;

/**
 * What each token adds to the score of each label. The score is linear in the states, so it falls into one part a token:
 *
 *   logit_c = w_c · (1/n) Σ_j h_j,   part_cj = w_c · h_j / n
 *
 * A state has seen the other tokens too: the part is that of the token's place, not of the token alone.
 *
 * @param of    A classifier with its weights; a run that was opened is one.
 * @param seen  A look with `probabilities` and whichever of `labelTaps` the model has.
 */
export function labelContributions(
  of: Extract<Inspected, { task: "classify" }> & { readonly weights: ReadonlyMap<string, HostTensor> },
  { taps }: Look,
): LabelContributions {
  const states = labelTaps
    .map((path) => taps.get(path))
    .find((tensor) => tensor !== undefined) as NamedTensor;
  const probabilities = (taps.get("probabilities") as NamedTensor).data;
  const projection = of.weights.get("project") ?? of.weights.get("embed.weight");
  const { data } = projection as HostTensor;
  const [, length, dim] = states.axes.map(({ size }) => size) as [number, number, number];
  const part = (label: number, token: number): number => {
    let sum = 0;
    for (let d = 0; d < dim; d++)
      sum += (states.data[token * dim + d] as number) * Number(data[label * dim + d]);
    return sum / length;
  };
  return {
    tokens: states.axes[1]?.tokens?.reads ?? Array.from({ length }, (_, j) => String(j + 1)),
    labels: of.labels
      .map((name, label) => ({
        name,
        probability: probabilities[label] as number,
        parts: Array.from({ length }, (_, j) => part(label, j)),
      }))
      .sort((a, b) => b.probability - a.probability),
  };
}
