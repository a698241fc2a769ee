import { heedError } from "../../errors.ts";
import { changeOf } from "../looking/intervention.ts";
import { type Matrix, meanMatrix } from "../matrix.ts";
import { type Question, readPlain, vectorsOf } from "./question.ts";

/** a_ij, as attention gives them. */
export async function attentionWeights(question: Question): Promise<Matrix> {
  const { taps } = await readPlain(question, { taps: [question.weights] });
  return perHead(question, headsOf(question, taps.get(question.weights) as Float32Array));
}

/** ‖a_ij v_j‖: what a key adds to the head's output. The keys of recurrent attention are its values. */
export async function norms(question: Question): Promise<Matrix> {
  const { weights, values } = await weightsAndValues(question);
  const matrices = weights.map((matrix, head) => {
    const lengths = (values[head] as Float32Array[]).map((vector) => Math.hypot(...vector));
    return matrix.map((row) => row.map((weight, j) => weight * (lengths[j] as number)));
  });
  return perHead(question, matrices);
}

/**
 * ‖a_ij f(x_j)‖ with f(x) = (x W_V + b_V) W_O of one head; for the layer ‖Σ_h a^h_ij f^h(x_j)‖.
 *
 * Changes of the model that scale a head's output or the layer's scale it here too; what they add is of no key.
 *
 * @throws ERR_USAGE for attention without W_O.
 */
export async function outputNorms(question: Question): Promise<Matrix> {
  const { options, batches, rows, columns } = question;
  const { place, head } = options;
  const output = await batches.parameter(`${place}.output.weight`);
  if (!output) {
    const cause = "has no W_O: the states themselves are mixed";
    throw heedError("ERR_USAGE", { where: place, cause, remedy: "ask for norms" });
  }
  const { weights, values } = await weightsAndValues(question);
  const [dim, inner] = output.shape as [number, number];
  const size = inner / weights.length;
  const chosen = head === undefined ? [...weights.keys()] : [head];
  const ofHeads = factorsAt(question, `${place}.heads`, [1, weights.length, rows, size]);
  const ofOutput = [`${place}.output`, `${place}Residual.sublayer`].map((path) =>
    factorsAt(question, path, [1, rows, dim]),
  );
  /** [head][key][dim]: the value of a key as the layer's output of row i has it. */
  const transformedAt = (i: number): Float64Array[][] =>
    chosen.map((at) =>
      (values[at] as Float32Array[]).map((value) =>
        Float64Array.from({ length: dim }, (_, to) => {
          let sum = 0;
          for (let d = 0; d < size; d++) {
            const factor = ofHeads?.[(at * rows + i) * size + d] ?? 1;
            sum += factor * (value[d] as number) * (output.data[to * inner + at * size + d] as number);
          }
          return sum;
        }),
      ),
    );
  const ofAllRows = ofHeads ? undefined : transformedAt(0);
  return Array.from({ length: rows }, (_, i) => {
    const transformed = ofAllRows ?? transformedAt(i);
    return Array.from({ length: columns }, (__, j) => {
      const added = new Float64Array(dim);
      chosen.forEach((at, n) => {
        const weight = weights[at]?.[i]?.[j] as number;
        const vector = transformed[n]?.[j] as Float64Array;
        for (let d = 0; d < dim; d++) added[d] = (added[d] as number) + weight * (vector[d] as number);
      });
      return Math.hypot(
        ...added.map((sum, d) => ofOutput.reduce((x, by) => x * (by?.[i * dim + d] ?? 1), sum)),
      );
    });
  });
}

/** What the model's changes multiply a tap with; undefined where they do not change it. */
const factorsAt = (
  { plain: { given } }: Question,
  path: string,
  shape: readonly number[],
): Float32Array | undefined => changeOf(path, shape, given?.get(path) ?? [])?.keep;

/** Weights [head][row][column] and values [head][column][size]. */
async function weightsAndValues(question: Question): Promise<{
  readonly weights: readonly number[][][];
  readonly values: readonly (readonly Float32Array[])[];
}> {
  const { options, paths, heads, columns, weights } = question;
  const own = `${options.place}.values`;
  const values = paths.includes(own) ? own : question.embedding.replace("input.embedding", "outputs");
  const { taps } = await readPlain(question, { taps: [weights, values] });
  return {
    weights: headsOf(question, taps.get(weights) as Float32Array),
    values: vectorsOf(taps.get(values) as Float32Array, heads).map((head) => vectorsOf(head, columns)),
  };
}

/** Numbers of the weights' shape as one matrix per head. */
export const headsOf = ({ heads, rows, columns }: Question, data: Float32Array): number[][][] =>
  vectorsOf(data, heads).map((head) => matrixOf(rows, columns, (i, j) => head[i * columns + j] as number));

/** The matrix of the head that is asked for, or the mean over all. */
export const perHead = ({ options: { head } }: Question, matrices: readonly Matrix[]): Matrix =>
  head === undefined ? meanMatrix(matrices) : (matrices[head] as Matrix);

export const matrixOf = (
  rows: number,
  columns: number,
  of: (row: number, column: number) => number,
): number[][] => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => of(i, j)));
