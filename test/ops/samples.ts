/** One table for every op: what to call it with, and where one line says it, what it must give. */
import type { DType } from "../../src/ir/dtype.ts";
import { apply } from "../../src/ir/op.ts";
import type { Shape } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { reluGradientOp } from "../../src/ops/elementwise.ts";
import type { OpName } from "../../src/ops/index.ts";
import * as o from "../../src/ops/index.ts";

/** What the symbols of the samples stand for. */
export const lengths: ReadonlyMap<string, number> = new Map([
  ["batch", 2],
  ["time", 3],
  ["past", 2],
]);

/** An operand: a float64 tensor of numbers between -1 and 1 unless it says otherwise. */
export interface OperandSpec {
  readonly shape: Shape;
  readonly dtype?: Exclude<DType, "float32" | "int64">;
  /** Random numbers from this range. */
  readonly between?: readonly [number, number];
  /** These numbers and no others. */
  readonly data?: readonly number[];
  /** No gradient passes to it: left out of the check. */
  readonly fixed?: true;
  /** How it enters the graph. Default "input". */
  readonly leaf?: "input" | "parameter";
}

/** Plain numbers with their shape, row-major. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Sample {
  /** A bare shape is an operand of random numbers between -1 and 1. */
  readonly operands: readonly (Shape | OperandSpec)[];
  readonly call: (...operands: Value[]) => Value | readonly Value[];
  /** What the (first) output must hold. */
  readonly expect?: (...operands: Numbers[]) => readonly number[];
  /** What this sample is about, when its shapes do not say. */
  readonly about?: string;
}

const positive = (shape: Shape): OperandSpec => ({ shape, between: [0.5, 2] });
const ints = (shape: Shape, data: readonly number[]): OperandSpec => ({ shape, dtype: "int32", data });
const bools = (shape: Shape, data: readonly number[]): OperandSpec => ({ shape, dtype: "bool", data });

const each =
  (f: (...numbers: number[]) => number) =>
  (...operands: Numbers[]): number[] =>
    (operands[0] as Numbers).data.map((_, i) => f(...operands.map(({ data }) => data[i] as number)));

/** left [n, k] · right [k, m] */
export function product(left: Numbers, right: Numbers): number[] {
  const [n = 0, k = 0] = left.shape;
  const m = right.shape[1] ?? 0;
  const result = new Array<number>(n * m).fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      for (let p = 0; p < k; p++) {
        result[i * m + j] =
          (result[i * m + j] as number) +
          (left.data[i * k + p] as number) * (right.data[p * m + j] as number);
      }
    }
  }
  return result;
}

function transposed({ shape: [rows = 0, columns = 0], data }: Numbers): Numbers {
  const flipped = data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)] as number);
  return { shape: [columns, rows], data: flipped };
}

/** f of every run of `size` numbers: a row of the last axis. */
const rows = (x: Numbers, f: (row: readonly number[]) => readonly number[]): number[] => {
  const size = x.shape.at(-1) ?? 1;
  return Array.from({ length: x.data.length / size }, (_, i) =>
    f(x.data.slice(i * size, (i + 1) * size)),
  ).flat();
};
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const softmaxOf = (row: readonly number[]): number[] => {
  const powers = row.map((z) => Math.exp(z));
  return powers.map((e) => e / total(powers));
};

const two: Shape = [2, 3];
const symbolic: Shape = ["batch", "time", 2];

export const samples = {
  input: [{ operands: [["batch", 3]], call: (x) => x, expect: (x) => x.data }],
  parameter: [{ operands: [{ shape: two, leaf: "parameter" }], call: (x) => x, expect: (x) => x.data }],
  constant: [
    {
      operands: [],
      call: () => o.constant("float64", [2, 2], [1, -2, 0.5, 1e-9]),
      expect: () => [1, -2, 0.5, 1e-9],
    },
    { operands: [], call: () => o.constant("int32", [3], [7, -1, 2]), expect: () => [7, -1, 2] },
    { operands: [], call: () => o.scalar("bool", 1), expect: () => [1] },
  ],
  zeros: [
    { operands: [], call: () => o.zeros("float64", [2, 2]), expect: () => [0, 0, 0, 0] },
    { operands: [["batch", 1]], call: (x) => o.add(x, o.zeros(x.dtype, ["batch", 2])) },
  ],
  range: [
    { operands: [], call: () => o.range(4), expect: () => [0, 1, 2, 3] },
    {
      operands: [["time"]],
      call: (x) => o.mul(x, o.cast(o.range("time"), x.dtype)),
      expect: (x) => x.data.map((v, i) => v * i),
    },
    {
      operands: [["batch", "time"]],
      call: (x) => o.add(o.cast(o.range("batch*time"), x.dtype), o.reshape(x, ["batch*time"])),
    },
  ],
  size: [
    {
      operands: [["batch", "time"]],
      call: (x) => o.mul(o.sum(x), o.sizeAsTensor("batch+time+1", x.dtype)),
      expect: (x) => [6 * total(x.data)],
    },
    { operands: [["batch"]], call: () => o.sizeAsTensor("2*batch", "int32"), expect: () => [4] },
    { operands: [["batch"]], call: () => o.sizeAsTensor(5, "int64"), expect: () => [5] },
  ],
  add: [
    { operands: [two, two], call: o.add, expect: each((a, b) => a + b) },
    {
      operands: [
        [2, 1],
        [1, 3],
      ],
      call: o.add,
    },
    { operands: [symbolic, [2]], call: o.add },
    { operands: [two], call: (x) => o.add(2, x), expect: each((a) => a + 2), about: "a number" },
    { operands: [ints([2], [1, 2]), ints([2], [3, 4])], call: o.add, expect: () => [4, 6] },
    { operands: [two], call: (x) => o.add(x, x), expect: each((a) => a + a), about: "one operand twice" },
  ],
  sub: [
    { operands: [two, two], call: o.sub, expect: each((a, b) => a - b) },
    { operands: [["time", 1], symbolic], call: o.sub },
    { operands: [two], call: (x) => o.sub(1, x), expect: each((a) => 1 - a), about: "a number" },
  ],
  mul: [
    { operands: [two, two], call: o.mul, expect: each((a, b) => a * b) },
    {
      operands: [
        [2, 3, 2],
        [3, 1],
      ],
      call: o.mul,
    },
    { operands: [symbolic, ["batch", 1, 1]], call: o.mul },
    { operands: [two], call: (x) => o.mul(x, x), expect: each((a) => a * a), about: "one operand twice" },
  ],
  div: [
    { operands: [two, positive(two)], call: o.div, expect: each((a, b) => a / b) },
    { operands: [["batch", 3], positive(["batch", 1])], call: o.div },
    { operands: [positive([2])], call: (x) => o.div(1, x), expect: each((a) => 1 / a), about: "a number" },
  ],
  maximum: [
    { operands: [two, two], call: o.maximum, expect: each(Math.max) },
    { operands: [symbolic, [1]], call: o.maximum },
  ],
  minimum: [
    { operands: [two, two], call: o.minimum, expect: each(Math.min) },
    {
      operands: [
        ["batch", 2],
        ["batch", 1],
      ],
      call: o.minimum,
    },
  ],
  neg: [{ operands: [two], call: o.neg, expect: each((x) => -x) }],
  exp: [{ operands: [two], call: o.exp, expect: each(Math.exp) }],
  log: [{ operands: [positive(two)], call: o.log, expect: each(Math.log) }],
  sqrt: [{ operands: [positive(two)], call: o.sqrt, expect: each(Math.sqrt) }],
  sin: [{ operands: [{ shape: two, between: [-4, 4] }], call: o.sin, expect: each(Math.sin) }],
  cos: [{ operands: [{ shape: two, between: [-4, 4] }], call: o.cos, expect: each(Math.cos) }],
  tanh: [{ operands: [symbolic], call: o.tanh, expect: each(Math.tanh) }],
  sigmoid: [
    {
      operands: [{ shape: two, between: [-4, 4] }],
      call: o.sigmoid,
      expect: each((x) => 1 / (1 + Math.exp(-x))),
    },
  ],
  relu: [
    { operands: [symbolic], call: o.relu, expect: each((x) => Math.max(x, 0)) },
    { operands: [[1, 4]], call: (x) => o.relu(o.mul(x, x)), about: "always on" },
  ],
  reluGradient: [
    {
      operands: [{ shape: [4], data: [0.5, 0, 2, 0], fixed: true }, [4]],
      call: (y, dy) => apply(reluGradientOp, [y, dy], {}),
      expect: each((y, dy) => (y > 0 ? dy : 0)),
    },
  ],
  erf: [
    {
      operands: [{ shape: [5], data: [-1.5, 0, 0.5, 2, 7] }],
      call: o.erf,
      expect: () => [-0.9661051464753108, 0, 0.5204998778130465, 0.9953222650189527, 1],
    },
    { operands: [{ shape: symbolic, between: [-3, 3] }], call: o.gelu, about: "gelu" },
    { operands: [{ shape: two, between: [-3, 3] }], call: o.geluTanh, about: "the tanh form of gelu" },
  ],
  abs: [{ operands: [two], call: o.abs, expect: each(Math.abs) }],
  equal: [{ operands: [ints([3], [1, 2, 3]), ints([3], [1, 0, 3])], call: o.equal, expect: () => [1, 0, 1] }],
  less: [
    { operands: [ints([3], [1, 2, 3]), ints([3], [2, 2, 2])], call: o.less, expect: () => [1, 0, 0] },
    { operands: [two], call: (x) => o.less(x, 0), expect: each((x) => Number(x < 0)) },
  ],
  lessOrEqual: [
    { operands: [ints([3], [1, 2, 3]), ints([1], [2])], call: o.lessOrEqual, expect: () => [1, 1, 0] },
  ],
  and: [
    {
      operands: [bools([4], [0, 0, 1, 1]), bools([4], [0, 1, 0, 1])],
      call: o.and,
      expect: () => [0, 0, 0, 1],
    },
  ],
  or: [
    {
      operands: [bools([4], [0, 0, 1, 1]), bools([4], [0, 1, 0, 1])],
      call: o.or,
      expect: () => [0, 1, 1, 1],
    },
  ],
  not: [{ operands: [bools([2], [0, 1])], call: o.not, expect: () => [1, 0] }],
  where: [
    {
      operands: [bools([2, 2], [1, 0, 0, 1]), [2, 2], [2, 2]],
      call: o.where,
      expect: each((c, yes, no) => (c ? yes : no)),
    },
    { operands: [bools(["batch", 1], [1, 0]), ["batch", 3], [3]], call: o.where, about: "broadcast" },
    { operands: [bools([2, 2], [1, 0, 0, 1]), [2]], call: (c, x) => o.where(c, x, -5), about: "a number" },
    {
      operands: [bools([2], [1, 0]), ints([2], [3, 4]), ints([2], [5, 6])],
      call: o.where,
      expect: () => [3, 6],
    },
  ],
  cast: [
    { operands: [two], call: (x) => o.cast(o.cast(x, "float32"), "float32"), about: "narrowing" },
    { operands: [ints([2], [1, -2])], call: (x) => o.cast(x, "float64"), expect: () => [1, -2] },
    {
      operands: [{ shape: [3], data: [1.7, -1.7, 0.2] }],
      call: (x) => o.cast(x, "int32"),
      expect: () => [1, -1, 0],
    },
    { operands: [bools([2], [1, 0])], call: (x) => o.cast(x, "float64"), expect: () => [1, 0] },
  ],
  stopGradient: [{ operands: [two], call: o.stopGradient, expect: each((x) => x) }],
  expand: [
    {
      operands: [[2, 1]],
      call: (x) => o.expand(x, [2, 3]),
      expect: ({ data: [a = 0, b = 0] }) => [a, a, a, b, b, b],
    },
    {
      operands: [["time", 1]],
      call: (x) => o.expand(o.add(x, o.zeros(x.dtype, ["time", 2])), ["time", "time", 2]),
      about: "new axes",
    },
    { operands: [["batch", "time"], [1]], call: (x, y) => o.mul(o.expand(y, ["batch", "time"]), x) },
    { operands: [[]], call: (x) => o.expand(x, [2, 2]), about: "a scalar" },
  ],
  sum: [
    { operands: [two], call: (x) => o.sum(x), expect: (x) => [total(x.data)] },
    { operands: [two], call: (x) => o.sum(x, [-1]), expect: (x) => rows(x, (row) => [total(row)]) },
    { operands: [symbolic], call: (x) => o.sum(x, [0, 2], { keep: true }) },
    { operands: [symbolic], call: (x) => o.sum(x, [1]) },
  ],
  sumOfSquares: [
    {
      operands: [two],
      call: (x) => o.sumOfSquares(x),
      expect: (x) => [total(Array.from(x.data, (one) => one * one))],
    },
    { operands: [symbolic], call: (x) => o.sumOfSquares(x), about: "symbolic sizes" },
  ],
  mean: [
    { operands: [two], call: (x) => o.mean(x), expect: (x) => [total(x.data) / 6] },
    { operands: [symbolic], call: (x) => o.mean(x, [0, 1]), about: "over symbolic sizes" },
    {
      operands: [symbolic],
      call: (x) => o.mean(x, [-1], { keep: true }),
      expect: (x) => rows(x, (row) => [total(row) / 2]),
    },
  ],
  max: [
    { operands: [two], call: (x) => o.max(x), expect: (x) => [Math.max(...x.data)] },
    {
      operands: [symbolic],
      call: (x) => o.max(x, [-1], { keep: true }),
      expect: (x) => rows(x, (row) => [Math.max(...row)]),
    },
    { operands: [symbolic], call: (x) => o.max(x, [1]) },
  ],
  reshape: [
    { operands: [two], call: (x) => o.reshape(x, [3, 2]), expect: (x) => x.data },
    { operands: [symbolic], call: (x) => o.reshape(x, ["batch*time", 2]), expect: (x) => x.data },
    {
      operands: [
        ["batch*time", 2],
        ["batch", "time"],
      ],
      call: (x) => o.reshape(x, ["time", 2, "batch"]),
      about: "two unknown sizes",
    },
    { operands: [[1]], call: (x) => o.reshape(x, []), expect: (x) => x.data, about: "to a scalar" },
    { operands: [symbolic], call: o.flattenLead, expect: (x) => x.data, about: "flattenLead" },
  ],
  transpose: [
    { operands: [two], call: (x) => o.transpose(x, [1, 0]), expect: (x) => transposed(x).data },
    { operands: [["batch", 2, "time"]], call: (x) => o.transpose(x, [2, 0, 1]) },
    { operands: [symbolic], call: o.swapLast, about: "swapLast" },
  ],
  concat: [
    { operands: [[2], [1]], call: (a, b) => o.concat([a, b]), expect: (a, b) => [...a.data, ...b.data] },
    {
      operands: [
        ["batch", "past", 2],
        ["batch", 1, 2],
        ["batch", "time", 2],
      ],
      call: (...parts) => o.concat(parts, 1),
    },
    {
      operands: [two],
      call: (x) => o.concat([x, x], 0),
      expect: (x) => [...x.data, ...x.data],
      about: "one operand twice",
    },
  ],
  split: [
    {
      operands: [[2, 4]],
      call: (x) => o.split(x, 2),
      expect: ({ data }) => [data[0] ?? 0, data[1] ?? 0, data[4] ?? 0, data[5] ?? 0],
    },
    { operands: [["batch", 3, 2]], call: (x) => o.split(x, 3, 1) },
  ],
  slice: [
    { operands: [[5]], call: (x) => o.slice(x, 0, 1, 3), expect: (x) => x.data.slice(1, 4) },
    { operands: [["batch", "past+time", 2], ["past"], ["time"]], call: (x) => o.slice(x, 1, "past", "time") },
    { operands: [two], call: (x) => o.slice(x, -1, 0, 1), expect: (x) => rows(x, ([first = 0]) => [first]) },
  ],
  place: [
    { operands: [[2]], call: (x) => o.place(x, 0, 1, 4), expect: (x) => [0, ...x.data, 0] },
    { operands: [["batch", "time"], ["past"]], call: (x) => o.place(x, 1, "past", "past+time+1") },
  ],
  gather: [
    {
      operands: [[3, 2], ints([2, 2], [2, 0, 2, 1])],
      call: o.gather,
      expect: ({ data }) => [2, 0, 2, 1].flatMap((r) => data.slice(2 * r, 2 * r + 2)),
    },
    { operands: [[4, 2], ints(["batch", "time"], [0, 1, 3, 3, 3, 0])], call: o.gather, about: "symbolic" },
    { operands: [[3], ints([4], [1, 1, 2, 0])], call: o.gather, about: "rows are numbers" },
    { operands: [[3, 2, 2], ints([], [1])], call: o.gather, about: "one row" },
  ],
  scatterAddRows: [
    {
      operands: [[4, 2], [3, 2], ints([3], [1, 3, 1])],
      call: o.scatterAddRows,
      expect: ({ data: t }, { data: [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] }) =>
        [0, 0, a + e, b + f, 0, 0, c, d].map((added, i) => (t[i] ?? 0) + added),
    },
    { operands: [["past", 2], ["time", 2], ints(["time"], [0, 1, 0])], call: o.scatterAddRows },
  ],
  gatherLast: [
    {
      operands: [two, ints([2, 1], [2, 0])],
      call: o.gatherLast,
      expect: ({ data }) => [data[2] ?? 0, data[3] ?? 0],
    },
    {
      operands: [["batch", "time", 3], ints(["batch", "time", 2], [0, 1, 2, 2, 1, 0, 0, 0, 1, 2, 2, 0])],
      call: o.gatherLast,
    },
  ],
  scatterAddLast: [
    {
      operands: [two, ints([2, 1], [2, 0]), [2, 1]],
      call: o.scatterAddLast,
      expect: (x, _, u) =>
        x.data.map((v, i) => v + (i === 2 ? (u.data[0] ?? 0) : i === 3 ? (u.data[1] ?? 0) : 0)),
    },
    {
      operands: [["batch", 4], ints(["batch", 3], [1, 1, 0, 3, 2, 3]), ["batch", 3]],
      call: o.scatterAddLast,
      about: "repeated places",
    },
  ],
  topK: [
    {
      operands: [{ shape: [5], data: [0.1, 0.9, -0.3, 0.4, 0.2] }],
      call: (x) => o.topK(x, 2).values,
      expect: () => [0.9, 0.4],
    },
    {
      operands: [{ shape: [5], data: [0.1, 0.9, -0.3, 0.4, 0.2] }],
      call: (x) => o.topK(x, 3).indices,
      expect: () => [1, 3, 4],
      about: "where they stand",
    },
    { operands: [["batch", "time", 4]], call: (x) => o.topK(x, 2).values },
    {
      operands: [{ shape: [5], data: [0.1, 0.9, -0.3, 0.4, 0.2] }, ints(["time"], [0, 0, 0])],
      call: (x, like) => o.topK(x, like).values,
      expect: () => [0.9, 0.4, 0.2],
      about: "as many as a vector has",
    },
  ],
  matmul: [
    { operands: [two, [3, 2]], call: (a, b) => o.matmul(a, b), expect: product },
    {
      operands: [
        [3, 2],
        [3, 2],
      ],
      call: (a, b) => o.matmul(a, b, { transposeLeft: true }),
      expect: (a, b) => product(transposed(a), b),
    },
    {
      operands: [two, two],
      call: (a, b) => o.matmul(a, b, { transposeRight: true }),
      expect: (a, b) => product(a, transposed(b)),
    },
    {
      operands: [
        [3, 2],
        [2, 3],
      ],
      call: (a, b) => o.matmul(a, b, { transposeLeft: true, transposeRight: true }),
      expect: (a, b) => product(transposed(a), transposed(b)),
    },
    {
      operands: [
        ["batch", "time", 2],
        [2, 3],
      ],
      call: (a, b) => o.matmul(a, b),
      about: "one matrix for a batch",
    },
    {
      operands: [
        ["batch", "time", 2],
        [3, 2],
      ],
      call: (a, b) => o.matmul(a, b, { transposeRight: true }),
      about: "one transposed matrix for a batch",
    },
    {
      operands: [
        ["batch", 2, "time"],
        [2, 3],
      ],
      call: (a, b) => o.matmul(a, b, { transposeLeft: true }),
      about: "transposed batch, one matrix",
    },
    {
      operands: [
        [2, 3],
        ["batch", 3, 2],
      ],
      call: (a, b) => o.matmul(a, b),
      about: "a batch on the right",
    },
    {
      operands: [
        ["batch", 2, "time", 2],
        ["batch", 2, "past", 2],
      ],
      call: (a, b) => o.matmul(a, b, { transposeRight: true }),
      about: "scores",
    },
    {
      operands: [
        ["batch", 2, "time", 2],
        ["batch", 2, "time", 2],
      ],
      call: (a, b) => o.matmul(a, b, { transposeLeft: true }),
      about: "batched, left transposed",
    },
    {
      operands: [
        ["batch", 2, "time", 2],
        ["batch", 2, 2, "time"],
      ],
      call: (a, b) => o.matmul(a, b, { transposeLeft: true, transposeRight: true }),
      about: "batched, both transposed",
    },
    {
      operands: [
        ["batch", 1, "time", 2],
        [3, 2, 2],
      ],
      call: (a, b) => o.matmul(a, b),
      about: "broadcast batches",
    },
  ],
  linear: [
    {
      operands: [two, [2, 3], [2]],
      call: o.linear,
      expect: (x, w, b) => product(x, transposed(w)).map((y, i) => y + (b.data[i % 2] as number)),
    },
    { operands: [symbolic, [3, 2], [3]], call: o.linear },
    { operands: [symbolic, [3, 2]], call: (x, w) => o.linear(x, w), about: "no bias" },
    { operands: [[2], [3, 2], [3]], call: o.linear, about: "one vector" },
  ],
  gemm: [
    {
      operands: [two, [3, 2], [2, 2]],
      call: (a, b, c) => o.gemm(a, b, c),
      expect: (a, b, c) => product(a, b).map((y, i) => y + (c.data[i] as number)),
    },
    {
      operands: [
        ["batch", 3],
        ["batch", 2],
        [1, 2],
      ],
      call: (a, b, c) => o.gemm(a, b, c, { transposeLeft: true }),
    },
    {
      operands: [
        ["batch", 3],
        [2, 3],
        ["batch", 1],
      ],
      call: (a, b, c) => o.gemm(a, b, c, { transposeRight: true }),
    },
    {
      operands: [
        [3, 2],
        [2, 3],
        [1, 1],
      ],
      call: (a, b, c) => o.gemm(a, b, c, { transposeLeft: true, transposeRight: true }),
    },
  ],
  softmax: [
    { operands: [two], call: (x) => o.softmax(x), expect: (x) => rows(x, softmaxOf) },
    { operands: [symbolic], call: (x) => o.softmax(x, 1), about: "along a symbolic axis" },
    {
      operands: [two],
      call: (x) => o.logSumExp(x),
      expect: (x) => rows(x, (row) => [Math.log(total(row.map(Math.exp)))]),
      about: "logSumExp",
    },
    {
      operands: [["batch", 3]],
      call: (x) => o.logSoftmax(x),
      expect: (x) => rows(x, (row) => softmaxOf(row).map(Math.log)),
      about: "logSoftmax",
    },
  ],
  layerNorm: [
    {
      operands: [two, [3], [3]],
      call: (x, gain, bias) => o.layerNorm(x, gain, bias),
      expect: (x, gain, bias) =>
        rows(x, (row) => {
          const center = total(row) / row.length;
          const variance = total(row.map((v) => (v - center) ** 2)) / row.length;
          return row.map(
            (v, i) =>
              ((gain.data[i] as number) * (v - center)) / Math.sqrt(variance + 1e-5) +
              (bias.data[i] as number),
          );
        }),
    },
    { operands: [["batch", "time", 4], [4], [4]], call: (x, gain, bias) => o.layerNorm(x, gain, bias, 0.1) },
    {
      operands: [["batch", "time", 4], [4], [4]],
      call: (x, gain, bias) => o.layerNorm(x, gain, bias).node.outputs,
      about: "every output",
    },
    {
      operands: [[3, 4], [4], [4]],
      call: (x, gain, bias) => o.layerNorm(x, gain, bias).node.outputs.slice(1),
      about: "mean and deviation only",
    },
  ],
  projectedCrossEntropy: [
    {
      operands: [two, [4, 3], ints([2], [3, 0]), { shape: [2], data: [1, 0.5], fixed: true }],
      call: (x, w, t, u) => o.projectedCrossEntropy(x, w, t, u, 0.2).loss,
      expect: (x, w) => [
        total(
          rows({ shape: [2, 4], data: product(x, transposed(w)) }, softmaxOf).map((p, i) => {
            const hit = i === 3 || i === 4;
            return -Math.log(p) * ((hit ? 0.8 : 0) + 0.05) * (i < 4 ? 1 : 0.5);
          }),
        ),
      ],
      about: "the formula",
    },
    ...[0, 0.1].flatMap((smoothing): Sample[] => {
      const operands = [
        ["batch*time", 3],
        [4, 3],
        ints(["batch*time"], [3, 0, 1, 1, 2, 0]),
        { shape: ["batch*time"], data: [1, 1, 0, 1, 0.5, 0], fixed: true as const },
        ["batch", "time"],
      ];
      const outputs = (...[x, w, t, u]: Value[]): readonly Value[] =>
        o.projectedCrossEntropy(x as Value, w as Value, t as Value, u as Value, smoothing).loss.node.outputs;
      return [
        { operands, call: (...v) => outputs(...v).slice(0, 1), about: `loss, smoothing ${smoothing}` },
        {
          operands,
          call: (...v) => outputs(...v).slice(1, 2),
          about: `negative log-likelihood, smoothing ${smoothing}`,
        },
        { operands, call: (...v) => outputs(...v).slice(2), about: `probabilities, smoothing ${smoothing}` },
        { operands, call: outputs, about: `every output, smoothing ${smoothing}` },
      ];
    }),
  ],
  dropoutMask: [
    {
      operands: [ints(["batch*time"], [9, -8, 7, 6, 5, 4]), ints([2], [1, 2]), ["batch", "time"]],
      call: (rows, columns) => o.dropoutMask({ rows, columns }, { shape: symbolic, keep: 1, site: 0 }),
      about: "nothing dropped",
      expect: () => Array(12).fill(1),
    },
  ],
  scan: [
    {
      operands: [["time", 2], [2]],
      call: (xs, first) => {
        const { state, outputs } = o.scan({
          state: { sum: first },
          sequences: { x: xs },
          step: ({ sum }, { x }) => ({ state: { sum: o.add(sum, x) }, outputs: { sum: o.add(sum, x) } }),
        });
        return [outputs.sum, state.sum];
      },
      expect: ({ data: [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] }, { data: [x = 0, y = 0] }) =>
        [0, 0, c, d, c + e, d + f].map((sum, i) => sum + (i % 2 ? b + y : a + x)),
      about: "running sums",
    },
    {
      operands: [["time", "batch", 3], ["batch", 2], [2, 3], [2, 2], [2]],
      call: (xs, h0, w, u, b) =>
        o.scan({
          state: { h: h0 },
          sequences: { x: o.linear(xs, w) },
          step: ({ h }, { x }) => {
            const next = o.tanh(o.add(x, o.linear(h, u, b)));
            return { state: { h: next }, outputs: { next } };
          },
        }).outputs.next,
      about: "a recurrent network: weights collected in one product",
    },
    {
      operands: [
        ["time", "batch", 2],
        ["batch", 2],
        ["batch", 2],
        ["past", 2],
      ],
      call: (xs, a, b, keys) => {
        const { state, outputs, stacked } = o.scan({
          state: { a, b },
          sequences: { x: xs },
          step: (s, { x }) => {
            const weights = o.softmax(o.matmul(o.mul(s.a, x), keys, { transposeRight: true }));
            const read = o.matmul(weights, keys);
            return { state: { a: o.sin(o.add(s.b, read)), b: s.a }, outputs: { weights } };
          },
          reverse: true,
        });
        return [outputs.weights, state.b, stacked(outputs.weights)];
      },
      about: "attention, reversed: states exchanged, what is read collected on the way",
    },
    {
      operands: [
        ["time", "batch", 2],
        ["batch", 2],
        ["batch", 3, 2],
        [1, 2],
      ],
      call: (xs, h0, keys, v) => {
        const scanned = o.scan({
          state: { h: h0 },
          sequences: { x: xs },
          step: ({ h }, { x }) => {
            const energy = o.recompute([h], (query) =>
              o.tanh(o.add(keys, o.reshape(query as Value, ["batch", 1, 2]))),
            );
            const scores = o.linear(energy, v);
            const mean = o.reshape(o.sum(o.mul(scores, keys), [1]), ["batch", 2]);
            return { state: { h: o.add(mean, x) }, outputs: { scores, constant: v } };
          },
        });
        return [scanned.outputs.scores, scanned.state.h, scanned.outputs.constant];
      },
      about: "additive attention with energies computed again",
    },
    {
      operands: [ints(["time"], [2, 0, 2]), [3, 2], [2], ["time", 2]],
      call: (ids, table, h0, extra) => {
        const scanned = o.scan({
          state: { h: h0, last: o.constant("int32", [], [0]) },
          sequences: { id: ids, extra },
          step: ({ h, last }, { id, extra: more }) => ({
            state: { h: o.mul(o.add(h, o.gather(table, id)), o.gather(table, last)), last: id },
            outputs: { more, twice: o.mul(h, 2) },
          }),
        });
        return [scanned.state.h, scanned.outputs.more, scanned.outputs.twice, scanned.state.last];
      },
      about: "states and elements that are no floats",
    },
  ],
  bound: [
    {
      operands: [["time", 2], [2]],
      call: (xs, first) =>
        o.scan({
          state: { before: first },
          sequences: { x: xs },
          step: ({ before }, { x }) => ({ state: { before: x }, outputs: { before } }),
        }).outputs.before,
      expect: ({ data: xs }, { data: first }) => [...first, ...xs.slice(0, 4)],
      about: "what a step was given",
    },
  ],
  recompute: [
    {
      operands: [two],
      call: (x) => o.recompute([x], (of) => o.tanh(of as Value)),
      expect: each(Math.tanh),
    },
  ],
} satisfies Record<OpName, Sample[]>;
