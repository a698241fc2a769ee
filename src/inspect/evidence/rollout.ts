import { heedError } from "../../errors.ts";
import type { Matrix } from "../matrix.ts";
import { type Question, readPlain, vectorsOf } from "./question.ts";
import { matrixOf } from "./weights.ts";

/**
 * Attention followed through the layers. A layer's share is Â = 0.5 A + 0.5 I, with A the mean over heads (of the layer asked
 * about, the head asked for) and I for the residual connection; without one, or with one that passes nothing on, Â = A.
 *
 *   self-attention of layer l    Â_l ⋯ Â_1
 *   cross-attention of layer l   X_l, with X_0 = 0 and
 *                                X_k = 0.5 Â_k X_{k-1} + 0.5 C_k R
 *
 * where C_k is the decoder's cross-attention, Â_k its self-attention, and R the rollout of the whole encoder. A row of X_l
 * sums to 1 - 2^-l: the rest goes to the target's own prefix.
 *
 * @throws ERR_USAGE for recurrent attention, which has no layers of attention to follow.
 * @see Abnar & Zuidema 2020 - https://aclanthology.org/2020.acl-main.385 - and, for the two inputs of a decoder, Ferrando et
 *   al. 2022 - https://aclanthology.org/2022.emnlp-main.599
 */
export async function rollout(question: Question): Promise<Matrix> {
  const { options, paths, plain, weights } = question;
  const [, stack, last, kind] = /^(.+)\.(\d+)\.(attention|cross)$/.exec(options.place) ?? [];
  if (stack === undefined) {
    const cause = "has no layers of attention to follow";
    throw heedError("ERR_USAGE", { where: options.place, cause, remedy: "ask for weights" });
  }
  const layers = Array.from({ length: Number(last) + 1 }, (_, k) => `${stack}.${k}`);
  const encoder = stack.replace(/decoder$/, "encoder");
  const below = kind === "cross" ? layersOf(paths, encoder) : [];
  const needed = [
    ...below.map((layer) => `${layer}.attention.weights`),
    ...layers.map((layer) => `${layer}.attention.weights`),
    ...(kind === "cross" ? layers.map((layer) => `${layer}.cross.weights`) : []),
  ];
  const { taps } = await readPlain(question, { taps: needed });
  const target = plain.feeds.target?.shape[1] as number;
  const mixed = (path: string, rows: number, columns: number): Matrix =>
    oneMatrix(taps.get(path) as Float32Array, rows, columns, path === weights ? options.head : undefined);
  const shared = (layer: string, part: "attention" | "cross", matrix: Matrix, passed: Matrix): Matrix =>
    passes(question, `${layer}.${part}Residual`) ? half(matrix, passed) : matrix;
  const through = (stackLayers: readonly string[], length: number): Matrix =>
    stackLayers.reduce((before: Matrix, layer) => {
      const a = mixed(`${layer}.attention.weights`, length, length);
      return shared(layer, "attention", product(a, before), before);
    }, identity(length));
  if (kind === "attention") return through(layers, question.rows);
  const source = through(below, question.columns);
  return layers.reduce(
    (before: Matrix, layer) => {
      const a = mixed(`${layer}.attention.weights`, target, target);
      const self = shared(layer, "attention", product(a, before), before);
      const cross = mixed(`${layer}.cross.weights`, target, question.columns);
      return shared(layer, "cross", product(cross, source), self);
    },
    matrixOf(target, question.columns, () => 0),
  );
}

/** Whether there is a residual connection, and the model's changes leave something of it. */
function passes({ paths, plain: { given } }: Question, residual: string): boolean {
  const changes = given?.get(`${residual}.skipped`) ?? [];
  const isCut = changes.some(
    ({ head, row, column, to, scale = to === undefined ? 1 : 0 }) =>
      scale === 0 && (to ?? 0) === 0 && [head, row, column].every((part) => part === undefined),
  );
  return paths.includes(`${residual}.sum`) && !isCut;
}

/** encoder.0, encoder.1, … as far as there are any. */
function layersOf(paths: readonly string[], stack: string): string[] {
  const layers: string[] = [];
  while (paths.includes(`${stack}.${layers.length}.attention.weights`))
    layers.push(`${stack}.${layers.length}`);
  return layers;
}

/** The mean over heads, or one. */
function oneMatrix(data: Float32Array, rows: number, columns: number, head: number | undefined): Matrix {
  const heads = vectorsOf(data, data.length / (rows * columns));
  const chosen = head === undefined ? heads : [heads[head] as Float32Array];
  return matrixOf(rows, columns, (i, j) =>
    chosen.reduce((sum, one) => sum + (one[i * columns + j] as number) / chosen.length, 0),
  );
}

const identity = (size: number): Matrix => matrixOf(size, size, (i, j) => (i === j ? 1 : 0));

const half = (a: Matrix, b: Matrix): Matrix =>
  a.map((row, i) => row.map((value, j) => 0.5 * value + 0.5 * (b[i]?.[j] as number)));

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    (b[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] as number), 0)),
  );
