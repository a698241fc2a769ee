import { heedError } from "../errors.ts";
import type { TapPattern } from "../nn/match-taps.ts";
import type { Inspector } from "./inspector.ts";
import type { Look, LookOptions, NamedTensor } from "./look.ts";
import { type Matrix, meanMatrix } from "./matrix.ts";
import type { EncodedExample, Example } from "./subject.ts";

/** Ways to say how much each source token counts for each target token. */
export const evidenceKinds = [
  "weights",
  "norms",
  "gradientTimesWeight",
  "integratedGradients",
  "leaveOneOut",
] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

export interface EvidenceOptions {
  /** A decoder's cross-attention: `decoder.1.cross`. */
  readonly place: string;
  /** A head of it, from 0. Default: the mean over heads. */
  readonly head?: number;
  /** Why the expected token and not this one, by its id? Of gradients and leaving out. */
  readonly against?: number;
  /** Points of the path from nothing to the embeddings, for integrated gradients. Default 16. */
  readonly steps?: number;
}

/**
 * [target tokens][source tokens]: how much each source token counts for the log probability of each target token.
 *
 * - weights               a_ij, as attention gives them
 * - norms                 ‖a_ij v_j‖: what a key adds to the head's output (Kobayashi et al. 2020)
 * - gradientTimesWeight   a_ij ∂ ln p(y_i) / ∂ a_ij
 * - integratedGradients   Σ_d x_jd ∫ ∂ ln p(y_i) / ∂ x_jd over α x, α from 0 to 1, x the source embeddings; a row sums to
 *                         ln p(y_i) minus that of a source of zeros (Sundararajan et al. 2017)
 * - leaveOneOut           by how much ln p(y_i) falls when token j is taken out of the source: what the others are to agree
 *                         with
 *
 * @throws ERR_GRAPH for a place without attention, naming similar ones.
 * @see https://aclanthology.org/2020.emnlp-main.574 and https://arxiv.org/abs/1703.01365
 */
export async function evidence(
  look: Inspector,
  example: Example,
  kind: EvidenceKind,
  options: EvidenceOptions,
): Promise<Matrix> {
  switch (kind) {
    case "weights":
      return perHead(
        await look.run(example, { taps: taps(options, "weights") }),
        options,
        ({ weights }, head) => matrixOf(weights, head),
      );
    case "norms":
      return perHead(
        await look.run(example, { taps: [...taps(options, "weights"), ...taps(options, "values")] }),
        options,
        normsOf,
      );
    case "gradientTimesWeight":
      return gradientTimesWeight(look, example, options);
    case "integratedGradients":
      return integratedGradients(look, example, options);
    case "leaveOneOut":
      return leaveOneOut(look, example, options);
  }
}

const taps = ({ place }: EvidenceOptions, name: "weights" | "values"): TapPattern[] => [`${place}.${name}`];

interface Attention {
  readonly weights: NamedTensor;
  readonly values: NamedTensor;
}

/** A matrix of the head that is asked for, or the mean over all. */
function perHead(
  { taps: read }: Pick<Look, "taps">,
  { place, head }: EvidenceOptions,
  of: (attention: Attention, head: number) => Matrix,
): Matrix {
  const attention = {
    weights: read.get(`${place}.weights`) as NamedTensor,
    values: read.get(`${place}.values`) as NamedTensor,
  };
  const heads = sizesOf(attention.weights)[1] as number;
  if (head === undefined) return meanMatrix(Array.from({ length: heads }, (_, i) => of(attention, i)));
  if (Number.isInteger(head) && head >= 0 && head < heads) return of(attention, head);
  throw heedError("ERR_USAGE", { where: place, cause: `has heads 0 to ${heads - 1}, not ${head}` });
}

const sizesOf = ({ axes }: NamedTensor): number[] => axes.map(({ size }) => size);

function matrixOf(tensor: NamedTensor, head: number): number[][] {
  const [, , rows, columns] = sizesOf(tensor) as [number, number, number, number];
  const first = head * rows * columns;
  return Array.from({ length: rows }, (_, i) =>
    Array.from(tensor.data.subarray(first + i * columns, first + (i + 1) * columns)),
  );
}

function normsOf({ weights, values }: Attention, head: number): Matrix {
  const norms = matrixOf(values, head).map((vector) => Math.hypot(...vector));
  return matrixOf(weights, head).map((row) => row.map((weight, j) => weight * (norms[j] as number)));
}

const againstOf = ({ against }: EvidenceOptions): { against?: number } =>
  against === undefined ? {} : { against };

async function gradientTimesWeight(
  look: Inspector,
  example: Example,
  options: EvidenceOptions,
): Promise<Matrix> {
  const patterns = taps(options, "weights");
  const path = `${options.place}.weights`;
  const plain = await look.run(example, { taps: patterns });
  const weights = plain.taps.get(path) as NamedTensor;
  const rows: Map<string, NamedTensor>[] = [];
  for (const place of plain.said.expected.keys()) {
    const output = { place, ...againstOf(options) };
    const { gradients } = await look.run(example, { gradients: patterns, output });
    rows.push(new Map(gradients));
  }
  return perHead(plain, options, (_, head) =>
    matrixOf(weights, head).map((row, i) => {
      const gradient = matrixOf(rows[i]?.get(path) as NamedTensor, head)[i] as number[];
      return row.map((weight, j) => weight * (gradient[j] as number));
    }),
  );
}

async function integratedGradients(
  look: Inspector,
  example: Example,
  options: EvidenceOptions,
): Promise<Matrix> {
  const { steps = 16 } = options;
  const path = "encoder.input.embedding";
  const { taps: read, said } = await look.run(example, { taps: [path] });
  const embedding = read.get(path) as NamedTensor;
  const [, tokens, dim] = sizesOf(embedding) as [number, number, number];
  const rows: number[][] = [];
  for (const place of said.expected.keys()) {
    const sums = new Array<number>(tokens).fill(0);
    for (let step = 0; step < steps; step++) {
      const asked: LookOptions = {
        gradients: [path],
        output: { place, ...againstOf(options) },
        // The middle of each part of the path: exact for what is quadratic in α.
        intervene: [{ at: path, scale: (step + 0.5) / steps }],
      };
      const gradient = (await look.run(example, asked)).gradients.get(path) as NamedTensor;
      for (let i = 0; i < embedding.data.length; i++) {
        const token = Math.floor(i / dim);
        sums[token] =
          (sums[token] as number) + ((embedding.data[i] as number) * (gradient.data[i] as number)) / steps;
      }
    }
    rows.push(sums);
  }
  return rows;
}

async function leaveOneOut(look: Inspector, example: Example, options: EvidenceOptions): Promise<Matrix> {
  const encoded = look.encode(example);
  const outputs = async (one: EncodedExample): Promise<number[]> => {
    if (options.against === undefined) return Array.from((await look.run(one)).said.logProbabilities);
    const found: number[] = [];
    for (const place of one.target.keys()) {
      const output = { place, against: options.against };
      found.push((await look.run(one, { gradients: [`${options.place}.weights`], output })).output);
    }
    return found;
  };
  const whole = await outputs(encoded);
  const columns: number[][] = [];
  for (const left of encoded.source.keys()) {
    const source = encoded.source.filter((_, i) => i !== left);
    const without = source.length > 0 ? await outputs({ ...encoded, source }) : whole;
    columns.push(whole.map((value, i) => value - (without[i] as number)));
  }
  return whole.map((_, i) => columns.map((column) => column[i] as number));
}

/**
 * Spearman's rank correlation of two matrices of one shape, -1 to 1; equal numbers share the mean of their ranks. NaN where
 * all numbers of one are equal.
 */
export function spearman(a: Matrix, b: Matrix): number {
  const [x, y] = [ranks(a.flat()), ranks(b.flat())];
  if (x.length !== y.length) throw new RangeError("spearman: the matrices differ in shape");
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, rank] of x.entries()) {
    const [dx, dy] = [rank - mean, (y[i] as number) - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to++;
    for (let i = from; i < to; i++) result[order[i] as number] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}
