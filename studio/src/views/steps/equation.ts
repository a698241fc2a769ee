/** How one number was computed, in the numbers that it was computed from. */
import type { AttentionKind } from "../../model/steps.ts";
import type { Choice } from "./sheet.ts";
import type { StationName } from "./station-names.ts";

/** A cell of another station. */
export interface Jump extends Partial<Choice> {
  readonly station: StationName;
  /** Another walk, where that is not the present one. */
  readonly attention?: AttentionKind;
  readonly block?: number;
}

/** A number in an equation; `to` is where it was computed. */
export interface Factor {
  /** q_{1,3} */
  readonly label: string;
  readonly value: number;
  readonly to?: Jump | undefined;
}

interface Computed {
  /** a_{1,2} */
  readonly name: string;
  /** e^{s_{1,2}} / Σ_{j} e^{s_{1,j}} */
  readonly formula: string;
  /** What the terms give, in double precision. */
  readonly computed: number;
  /** What the model has. */
  readonly value: number;
  /** The sum of the sizes of all that is added: rounding is a share of it. */
  readonly size: number;
}

/** The sum of products. */
export interface Sum extends Computed {
  readonly kind: "sum";
  readonly terms: readonly Term[];
}
export interface Term {
  readonly factors: readonly Factor[];
  readonly value: number;
}

/** One number after the other: (x - mean) / deviation · gain + bias. */
export interface Chain extends Computed {
  readonly kind: "chain";
  readonly links: readonly Link[];
}
export type Operator = "=" | "+" | "−" | "·" | "/" | "max" | "gelu" | "sin" | "cos";
export interface Link extends Factor {
  readonly operator: Operator;
}

/** e to the one score over the sum of e to all. */
export interface Softmax extends Computed {
  readonly kind: "softmax";
  readonly terms: readonly Term[];
  readonly chosen: number;
  readonly total: number;
  /** Taken off every score before e is raised to it, so that no power overflows; 0 for scores of usual size. */
  readonly shift: number;
}

export type Equation = Sum | Chain | Softmax;

export function sumOf(
  about: Pick<Sum, "name" | "formula" | "value">,
  factors: readonly (readonly Factor[])[],
): Sum {
  const terms = factors.map((one) => ({ factors: one, value: product(one) }));
  return {
    kind: "sum",
    ...about,
    terms,
    computed: terms.reduce((sum, { value }) => sum + value, 0),
    size: terms.reduce((sum, { value }) => sum + Math.abs(value), 0),
  };
}

const product = (factors: readonly Factor[]): number => factors.reduce((all, { value }) => all * value, 1);

export function chainOf(about: Pick<Chain, "name" | "formula" | "value">, links: readonly Link[]): Chain {
  const computed = links.reduce((before, link) => after[link.operator](before, link.value), 0);
  const size = links.reduce((most, link) => Math.max(most, Math.abs(link.value)), Math.abs(about.value));
  return { kind: "chain", ...about, links, computed, size };
}

const after: Readonly<Record<Operator, (before: number, value: number) => number>> = {
  "=": (_, value) => value,
  "+": (before, value) => before + value,
  "−": (before, value) => before - value,
  "·": (before, value) => before * value,
  "/": (before, value) => before / value,
  max: (_, value) => Math.max(0, value),
  gelu: (_, value) => gelu(value),
  sin: (_, value) => Math.sin(value),
  cos: (_, value) => Math.cos(value),
};

/** x Φ(x), with the error function of Abramowitz & Stegun 7.1.26: to 1.5e-7. */
function gelu(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const polynomial =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const error = Math.sign(x) * (1 - polynomial * Math.exp(-z * z));
  return 0.5 * x * (1 + error);
}

/** Beyond it, powers of e are too long to read. */
const LARGE = 30;

export function softmaxOf(
  about: Pick<Softmax, "name" | "formula" | "value">,
  scores: readonly Factor[],
  chosen: number,
): Softmax {
  const most = scores.reduce((largest, { value }) => Math.max(largest, value), -Infinity);
  const shift = most > LARGE || most < -LARGE ? most : 0;
  const terms = scores.map((score) => ({ factors: [score], value: Math.exp(score.value - shift) }));
  const total = terms.reduce((sum, { value }) => sum + value, 0);
  const computed = (terms[chosen]?.value ?? 0) / total;
  return { kind: "softmax", ...about, terms, chosen, total, shift, computed, size: 1 };
}

/** Whether the model has another number than its terms give: someone put it there, or a part was left out. */
export const isReplaced = ({ computed, value, size }: Equation): boolean =>
  Math.abs(computed - value) > 1e-5 * (1 + size);
