import { expect, test } from "vitest";
import { HeedError } from "../../src/errors.ts";
import type { DType } from "../../src/ir/dtype.ts";
import { constant, input } from "../../src/ir/leaf.ts";
import type { Shape } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { attention } from "../../src/nn/attention.ts";
import { build } from "../../src/nn/layer.ts";
import { LayerNorm } from "../../src/nn/norm.ts";
import * as o from "../../src/ops/index.ts";

const x = (...shape: Shape): Value => input("x", "float32", shape);
const of = (dtype: DType, ...shape: Shape): Value => input("x", dtype, shape);

const shapes: [call: () => unknown, text: string][] = [
  [
    () => o.matmul(x("batch", "time", 64), x(32, 10)),
    "matmul: axis -1 of left is 64 but axis -2 of right is 32. left [batch, time, 64] · right [32, 10]",
  ],
  [
    () => o.matmul(x(4, 3), x(5, 3), { transposeLeft: true, transposeRight: true }),
    "matmul: axis -2 of left is 4 but axis -1 of right is 3. left [4, 3] · right [5, 3]",
  ],
  [() => o.matmul(x(3), x(3, 2)), "matmul: both operands need at least two axes. left [3] · right [3, 2]"],
  [
    () => o.matmul(x("batch", 2, 3), x("time", 3, 4)),
    "matmul: axis -1 of left is batch but of right is time; sizes must be equal or 1. left [batch] · right [time]",
  ],
  [
    () => o.add(x("batch", 3), x("time", 3)),
    "add: axis -2 of left is batch but of right is time; sizes must be equal or 1. left [batch, 3] · right [time, 3]",
  ],
  [
    () => o.where(of("bool", 2), x(3), 0),
    "where: axis -1 of left is 2 but of right is 3; sizes must be equal or 1. left [2] bool · right [3]",
  ],
  [() => o.expand(x(2, 3), [3]), "expand: x does not broadcast to the target. x [2, 3] · target [3]"],
  [() => o.sum(x(2, 3), [2]), "sum: axis 2 is outside a tensor of rank 2. x [2, 3]"],
  [() => o.softmax(x()), "softmax: axis -1 is outside a tensor of rank 0. x []"],
  [
    () => o.reshape(x("batch", 6), ["batch", 4]),
    "reshape: 6*batch elements do not fit [batch, 4]. x [batch, 6]",
  ],
  [() => o.transpose(x(2, 3), [0, 0]), "transpose: order [0, 0] is not a permutation of the axes. x [2, 3]"],
  [() => o.concat([]), "concat: there is nothing to join."],
  [() => o.concat([x(2, 3), x(3, 3)], 1), "concat: parts differ outside axis 1. first [2, 3] · part [3, 3]"],
  [() => o.slice(x(2, 5), 1, 3, 4), "slice: 3 to 7 is outside axis 1 of size 5. x [2, 5]"],
  [() => o.slice(x(2, 5), 1, -1, 1), "slice: -1 to 0 is outside axis 1 of size 5. x [2, 5]"],
  [
    () => attention(x("a", "d"), x("a", "d"), x("a", "d")),
    'attention: the size of queries and keys, "d", is unknown until the graph runs; give a scale. query [a, d] · key [a, d] · value [a, d]',
  ],
  [() => o.split(x(2, 5), 2), "split: axis 1 of size 5 cannot be split into 2 equal parts. x [2, 5]"],
  [
    () => o.scan({ state: { h: x(2) }, sequences: {}, step: (state) => ({ state, outputs: {} }) }),
    "scan: there is no sequence, so the number of steps is unknown.",
  ],
  [
    () =>
      o.scan({ state: {}, sequences: { a: x(3, 2), b: x(4) }, step: (state) => ({ state, outputs: {} }) }),
    "scan: every sequence must have 3 elements. sequence [4]",
  ],
  [
    () =>
      o.scan({
        state: { h: x(2) },
        sequences: { a: x(3, 4) },
        step: (_, { a }) => ({ state: { h: a }, outputs: {} }),
      }),
    "scan: a step must return each state with the type it received. before [2] · after [4]",
  ],
  [() => o.gather(x(), of("int32", 2)), "gather: the table has no rows. table [] · indices [2] int32"],
  [
    () => o.scatterAddRows(x(5, 2), x(3, 2), of("int32", 4)),
    "scatterAddRows: table must be [rows, dim], updates [n, dim] and indices [n]. table [5, 2] · updates [3, 2] · indices [4] int32",
  ],
  [
    () => o.gatherLast(x(2, 5), of("int32", 3, 1)),
    "gatherLast: x and indices differ before the last axis. x [2, 5] · indices [3, 1] int32",
  ],
  [
    () => o.scatterAddLast(x(2, 5), of("int32", 2, 1), x(2, 2)),
    "scatterAddLast: indices and updates differ in shape. indices [2, 1] int32 · updates [2, 2]",
  ],
  [
    () => o.linear(x("batch", 5), x(3, 4)),
    "linear: axis -1 of x is 5 but axis -1 of weight is 4. x [batch, 5] · weight [3, 4]",
  ],
  [() => o.linear(x(2, 4), x(3, 4), x(4)), "linear: bias must be [3]. weight [3, 4] · bias [4]"],
  [
    () => o.gemm(x(2, 3), x(3, 4), x(3, 4)),
    "gemm: the operands must be matrices, and plus must broadcast to their product. left [2, 3] · right [3, 4] · plus [3, 4]",
  ],
  [
    () => build(LayerNorm(8)).call(x("batch", 6)),
    "layerNorm: gain and bias must be [6], the last axis of x. x [batch, 6] · gain [8] · bias [8]",
  ],
  [
    () => o.projectedCrossEntropy(x("n", 8), x(10, 6), of("int32", "n"), x("n")),
    "projectedCrossEntropy: x must be [n, dim], weight [vocabulary, dim], targets and tokenWeight [n]. " +
      "x [n, 8] · weight [10, 6] · targets [n] int32 · tokenWeight [n]",
  ],
  [() => constant("float32", [2, 2], [1, 2, 3]), "constant: [2, 2] holds 4 elements but data has 3."],
  [() => o.place(x(3), 0, 2, 4), "place: 2 to 5 is outside a whole of 4. x [3]"],
  [() => o.topK(x(2, 3), 4), "topK: k is 4 but axis -1 of x is 3. x [2, 3]"],
];

const types: [call: () => unknown, text: string][] = [
  [
    () => o.add(of("bool", 2), of("bool", 2)),
    "add: left is bool but must be float32 or float64 or int32 or int64. left [2] bool",
  ],
  [() => o.mul(x(2), of("float64", 2)), "mul: right is float64 but must be float32. right [2] float64"],
  [() => o.exp(of("int32", 2)), "exp: x is int32 but must be float32 or float64. x [2] int32"],
  [
    () => o.matmul(of("int32", 2, 2), x(2, 2)),
    "matmul: left is int32 but must be float32 or float64. left [2, 2] int32",
  ],
  [
    () => o.linear(x(2), of("float64", 3, 2)),
    "linear: weight is float64 but must be float32. weight [3, 2] float64",
  ],
  [() => o.gather(x(3), x(2)), "gather: indices is float32 but must be int32. indices [2]"],
  [() => o.and(x(2), of("bool", 2)), "and: left is float32 but must be bool. left [2]"],
  [() => o.where(x(2), x(2), x(2)), "where: condition is float32 but must be bool. condition [2]"],
  [() => o.where(of("bool", 2), 1, 0), "where: yes and no are both numbers; one must be a value."],
  [() => o.softmax(of("int32", 2)), "softmax: x is int32 but must be float32 or float64. x [2] int32"],
  [() => o.sum(of("bool", 2)), "sum: x is bool but must be float32 or float64 or int32 or int64. x [2] bool"],
  [() => o.mean(of("int32", 2)), "mean: x is int32 but must be float32 or float64. x [2] int32"],
  [
    () => o.layerNorm(x(2), of("float64", 2), x(2)),
    "layerNorm: gain is float64 but must be float32. gain [2] float64",
  ],
  [
    () => o.projectedCrossEntropy(x("n", 8), of("float64", 10, 8), of("int32", "n"), x("n")),
    "projectedCrossEntropy: weight is float64 but must be float32. weight [10, 8] float64",
  ],
  [
    () => o.scatterAddLast(x(2, 3), of("int32", 2, 1), of("float64", 2, 1)),
    "scatterAddLast: updates is float64 but must be float32. updates [2, 1] float64",
  ],
  [
    () => o.linear(x(2), x(3, 2), of("float64", 3)),
    "linear: bias is float64 but must be float32. bias [3] float64",
  ],
  [
    () => o.gemm(x(2, 2), x(2, 2), of("float64", 2, 2)),
    "gemm: plus is float64 but must be float32. plus [2, 2] float64",
  ],
  [
    () => o.topK(of("bool", 3), 1),
    "topK: x is bool but must be float32 or float64 or int32 or int64. x [3] bool",
  ],
];

function thrown(call: () => unknown): HeedError {
  try {
    call();
  } catch (error) {
    if (error instanceof HeedError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

for (const [call, text] of shapes) {
  test(`ERR_SHAPE ${text}`, () => {
    const error = thrown(call);
    expect(error.message).toBe(text);
    expect(error.code).toBe("ERR_SHAPE");
  });
}

for (const [call, text] of types) {
  test(`ERR_DTYPE ${text}`, () => {
    const error = thrown(call);
    expect(error.message).toBe(text);
    expect(error.code).toBe("ERR_DTYPE");
  });
}

test("a reduction over no axes is the tensor itself", () => {
  const given = x(2, 3);
  for (const reduce of [o.sum, o.mean, o.max]) expect(reduce(given, [])).toBe(given);
});
