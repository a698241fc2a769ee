import type { Variant } from "../looking/variant.ts";
import type { Matrix } from "../matrix.ts";
import { outputsOf, type Question, vectorsOf } from "./question.ts";
import { matrixOf } from "./weights.ts";

/**
 * 1 - cos(h_i, h_i without v_j): how far the states that come out of the layer turn when one key's value is zero for all
 * queries and the weights stay. In a recurrence that changes its earlier steps too. Rows are not normalised.
 *
 * @see Mohebbi et al. 2023 - https://aclanthology.org/2023.eacl-main.245
 */
export async function valueZeroing(question: Question): Promise<Matrix> {
  const { batches, plain, states, columns } = question;
  const without = Array.from({ length: columns }, (_, j) => ({ ...plain, intervene: [zeroed(question, j)] }));
  const read = await batches.read([plain, ...without], { taps: [states] });
  return turns(
    question,
    read.map(({ taps }) => taps.get(states) as Float32Array),
  );
}

/**
 * By how much what is explained falls when one key's value is zero: at a written row, for all queries; where nothing is
 * written, the whole answer, when it is zero for this query only.
 */
export async function valueZeroingFall(question: Question): Promise<Matrix> {
  const { plain, rows, columns, isWritten } = question;
  const changes = isWritten
    ? Array.from({ length: columns }, (_, j) => zeroed(question, j))
    : Array.from({ length: rows * columns }, (_, at) => ({
        ...zeroed(question, at % columns),
        row: Math.floor(at / columns),
      }));
  const variants: Variant[] = changes.map((change) => ({ ...plain, intervene: [change] }));
  const [whole = [], ...without] = await outputsOf(question, [plain, ...variants]);
  const total = (outputs: readonly number[] = []): number => outputs.reduce((sum, value) => sum + value, 0);
  return matrixOf(rows, columns, (i, j) =>
    isWritten
      ? (whole[i] as number) - (without[j]?.[i] as number)
      : total(whole) - total(without[i * columns + j]),
  );
}

/** a_ij · 0 = a_ij v_j with v_j of zeros; weights are tapped in every kind of attention. */
const zeroed = (
  { weights, options: { head } }: Question,
  column: number,
): NonNullable<Variant["intervene"]>[number] => ({
  at: weights as `${string}.weights`,
  column,
  scale: 0,
  ...(head === undefined ? {} : { head }),
});

/** The cosine distances of states to those of the first: [rows][the others]. */
export function turns({ rows }: Question, [plain, ...others]: readonly Float32Array[]): Matrix {
  const before = vectorsOf(plain as Float32Array, rows);
  const after = others.map((states) => vectorsOf(states, rows));
  return before.map((state, i) => after.map((states) => cosineDistance(state, states[i] as Float32Array)));
}

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : 1 - ab / Math.sqrt(aa * bb);
}
